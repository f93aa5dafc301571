/** What a runtime tells its peers of itself, every few seconds. Lists and texts are cut: see app_runtime/peers. */
export interface PeerCard {
  /** Of this run of the node process: another one after a restart. */
  readonly id: string;
  /** `platform.name`. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Of the program; absent when it says none. */
  readonly version?: string;
  readonly configVersion: string;
  readonly phase: string;
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number;
  /** How often it tells: one that misses three times in a row has vanished. In milliseconds. */
  readonly everyMs: number;
  readonly sources: readonly { readonly name: string; readonly adapter: string; readonly state: string }[];
  readonly queues: readonly {
    readonly name: string;
    readonly adapter: string;
    readonly waiting: number;
    readonly leased: number;
    readonly dead: number;
  }[];
  readonly pools: readonly {
    readonly name: string;
    readonly queue: string;
    readonly state: string;
    readonly concurrency: number;
    readonly busy: number;
  }[];
  readonly load: {
    /** The longest that the event loop was late since the last card, in milliseconds. */
    readonly loopDelayMs: number;
    readonly rssBytes: number;
    /** CPU time used since the last card, as a share of one core. */
    readonly cpuShare: number;
  };
}

/** A card and how long ago its runtime told it, by the store's own time. */
export interface ToldCard {
  /** JSON, as it is stored: of another version perhaps, or damaged. Whoever reads it must expect that. */
  readonly card: string;
  readonly agoMs: number;
}

/** How much a store remembers. */
export const peerLimits = {
  /** A runtime that says no more is forgotten after this time. */
  keepMs: 600_000,
  /** Of more runtimes, those are forgotten that told longest ago. */
  peers: 100,
} as const;

/** Where runtimes that belong together leave their cards. Every store passes `peerPromises` of app_runtime/testing. */
export interface PeerStore {
  /** Puts this card in the place of the one before it, and gives back all that are remembered, this one among them. */
  announce(card: PeerCard): Promise<readonly ToldCard[]>;
  /** A goodbye: the card of this id is forgotten. */
  leave(id: string): Promise<void>;
}

/** `vanished`: it said no goodbye, and nothing any more. */
export interface Peer {
  readonly card: PeerCard;
  readonly state: "live" | "vanished";
  readonly agoMs: number;
}

/** All runtimes that belong together, as one of them sees them. */
export interface PeersView {
  /** Id of the one that looks. */
  readonly self: string;
  /** In the order of their start; this one among them once it has told. */
  readonly peers: readonly Peer[];
  /** Age of this list, in milliseconds; absent before the first. */
  readonly listAgeMs?: number;
  /** Why the list could not be renewed. */
  readonly trouble?: string;
  /** So many cards could not be read and are not in the list; absent for none. */
  readonly unreadable?: number;
}
