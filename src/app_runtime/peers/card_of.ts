import type { PeerCard } from "../contracts/peers.ts";
import type { ControlStatus } from "../control/api.ts";

/** What stays the same for a run of the node process. */
export interface PeerIdentity {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string | undefined;
}

export interface CardParts {
  readonly identity: PeerIdentity;
  readonly status: ControlStatus;
  readonly load: PeerCard["load"];
  readonly everyMs: number;
}

/** A card stays small, whatever the configuration says: all runtimes fetch all cards, again and again. */
const most = { units: 30, characters: 80 };

/** What peers get to know of a runtime. */
export function cardOf({ identity, status, load, everyMs }: CardParts): PeerCard {
  const { runtime } = status;
  return {
    id: identity.id,
    name: text(runtime.name),
    host: text(identity.host),
    pid: identity.pid,
    ...(identity.version !== undefined && { version: text(identity.version) }),
    configVersion: text(runtime.configVersion),
    phase: runtime.phase,
    startedAt: runtime.startedAt,
    everyMs,
    sources: firstOf(status.sources).map(({ name, adapter, status: { state }, failure }) => ({
      name: text(name),
      adapter: text(adapter),
      state: failure === undefined ? state : "failed",
    })),
    queues: firstOf(status.queues).map(({ name, adapter, stats: { waiting, delayed, leased, dead } }) => ({
      name: text(name),
      adapter: text(adapter),
      waiting: waiting + delayed,
      leased,
      dead,
    })),
    pools: firstOf(status.pools).map(({ name, queue, state, concurrency, workers }) => ({
      name: text(name),
      queue: text(queue),
      state,
      concurrency,
      busy: workers.filter((worker) => worker.state.kind === "busy").length,
    })),
    load,
  };
}

function firstOf<Unit>(units: readonly Unit[]): readonly Unit[] {
  return units.slice(0, most.units);
}

function text(words: string): string {
  return words.slice(0, most.characters);
}
