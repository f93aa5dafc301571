import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { within } from "../base/within.ts";
import type { Component } from "../contracts/component.ts";
import type { HealthContributor, HealthFinding } from "../contracts/health_contributor.ts";
import {
  type Peer,
  type PeerCard,
  type PeerStore,
  type PeersView,
  peerLimits,
  type ToldCard,
} from "../contracts/peers.ts";
import type { EventChannel, FactLevel } from "../contracts/runtime_event.ts";
import { judgePeers, nameOfPeer } from "./judge_peers.ts";
import { readCard } from "./read_card.ts";

/** A goodbye must not hold up a shutdown; one that is not heard is a vanishing. */
const goodbyeMs = 1_000;

/** Tells the peers of this runtime, hears of them, and warns for a while when one is gone without a goodbye. */
export class PeerWatch implements Component, HealthContributor {
  readonly name = "peers";
  readonly required = false;
  readonly needs: readonly string[];
  readonly #store: PeerStore;
  readonly #card: () => PeerCard;
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #everyMs: number;
  readonly #stop = new AbortController();
  #id = "";
  #peers: readonly Peer[] = [];
  /** Cards of the last list that could not be read. */
  #unreadable = 0;
  #heardAt: number | undefined;
  #trouble: string | undefined;
  #timer: Disposable | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: {
    readonly store: PeerStore;
    /** Made anew each time it is told. */
    readonly card: () => PeerCard;
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly everyMs: number;
    /** Components that the store needs. */
    readonly needs: readonly string[];
  }) {
    this.#store = parts.store;
    this.#card = parts.card;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#everyMs = parts.everyMs;
    this.needs = parts.needs;
  }

  /** Never waits for the store: a runtime starts although its peers cannot be asked. */
  start(): Promise<void> {
    if (!this.#stop.signal.aborted && this.#timer === undefined) this.#next(0);
    return Promise.resolve();
  }

  async stop(signal: AbortSignal): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#timer?.[Symbol.dispose]();
    const goodbye = within(this.#clock, goodbyeMs, "The goodbye", this.#leave()).catch(() => undefined);
    await unlessAborted(signal, goodbye).catch(() => undefined);
  }

  view(): PeersView {
    const listAgeMs = this.#heardAt === undefined ? undefined : Math.round(this.#clock.now() - this.#heardAt);
    return {
      self: this.#id,
      peers: this.#peers,
      ...(listAgeMs !== undefined && { listAgeMs }),
      ...(this.#trouble !== undefined && { trouble: this.#trouble }),
      ...(this.#unreadable > 0 && { unreadable: this.#unreadable }),
    };
  }

  check(): HealthFinding {
    const vanished = this.#peers.filter(({ state }) => state === "vanished");
    const observed = { live: this.#peers.length - vanished.length, vanished: vanished.length };
    if (this.#trouble !== undefined) {
      return { state: "warn", output: `The other runtimes cannot be asked: ${this.#trouble}`, observed };
    }
    const [first, ...more] = vanished;
    if (first === undefined && this.#unreadable > 0)
      return { state: "warn", output: this.#unreadableWords(), observed };
    if (first === undefined) return { state: "pass", observed };
    const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
    const forgottenIn = Math.max(0, Math.round((peerLimits.keepMs - first.agoMs) / 60_000));
    return {
      state: "warn",
      output: `${nameOfPeer(first.card)} has vanished without a goodbye${others}: it was heard ${Math.round(first.agoMs / 1_000)} s ago. Start it again or find out what ended it; this warning ends by itself in ${forgottenIn} min.`,
      observed,
    };
  }

  #unreadableWords(): string {
    return `${this.#unreadable} of those that told of themselves cannot be read and are not listed: they are of another version, or another program writes there. Bring all to one version; this warning ends by itself ${peerLimits.keepMs / 60_000} min after the last of it.`;
  }

  async #leave(): Promise<void> {
    await this.#turn;
    if (this.#heardAt !== undefined) await this.#store.leave(this.#id);
  }

  #next(delayMs: number): void {
    this.#timer = this.#clock.after(delayMs, () => {
      this.#turn = this.#tell();
    });
  }

  async #tell(): Promise<void> {
    try {
      const card = this.#card();
      this.#id = card.id;
      const limitMs = Math.max(goodbyeMs, this.#everyMs);
      const told = await within(this.#clock, limitMs, "The list of runtimes", this.#store.announce(card));
      this.#hear(told);
    } catch (thrown) {
      this.#trouble = messageOf(thrown);
    }
    if (!this.#stop.signal.aborted) this.#next(this.#everyMs);
  }

  #hear(told: readonly ToldCard[]): void {
    const read = told.flatMap(({ card: text, agoMs }) => {
      const card = readCard(text);
      return card === undefined ? [] : [{ card, agoMs }];
    });
    const peers = judgePeers(read, this.#clock.wallNow());
    this.#unreadable = told.length - read.length;
    this.#trouble = undefined;
    const before = new Map(this.#peers.map((peer) => [peer.card.id, peer]));
    if (this.#heardAt !== undefined) for (const peer of peers) this.#tellChange(before.get(peer.card.id), peer);
    this.#peers = peers;
    this.#heardAt = this.#clock.now();
  }

  #tellChange(before: Peer | undefined, { card, state }: Peer): void {
    if (card.id === this.#id || before?.state === state) return;
    const who = nameOfPeer(card);
    if (state === "vanished") this.#say("warn", "peer_vanished", `${who} has vanished without a goodbye.`);
    else if (before === undefined) this.#say("info", "peer_joined", `${who} has joined.`);
    else this.#say("info", "peer_back", `${who} is back.`);
  }

  #say(level: FactLevel, code: string, message: string): void {
    this.#events.emit({ kind: "unit.fact", unit: `component:${this.name}`, code, level, message, fields: {} });
  }
}
