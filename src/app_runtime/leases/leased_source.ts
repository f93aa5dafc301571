import type { Clock } from "../base/clock.ts";
import { within } from "../base/within.ts";
import type { HealthFinding } from "../contracts/health_contributor.ts";
import type { LeaseStore, SourceSuccession } from "../contracts/lease.ts";
import type { Publisher } from "../contracts/publisher.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { SourceStatus, TaskSource } from "../contracts/task_source.ts";
import type { HeldLease } from "./held_lease.ts";
import { LeasedWork } from "./leased_work.ts";
import { RevocablePublisher } from "./revocable_publisher.ts";

/** As for a source that is started at boot; a start that takes longer has failed. */
const startLimitMs = 60_000;

/** What the rest of the runtime does when a source changes hands. */
export interface SourceHandover {
  /**
   * This runtime is about to work it: look again at what others may have changed. `wasElsewhere`: they have accounted for it
   * in another journal, so what is left of its tasks here is out of date.
   */
  taken(how: { readonly wasElsewhere: boolean }): Promise<void>;
  /** Somebody else may work it now: let go of its tasks. `inOrder`: the lease is still ours, and its rows can be written. */
  given(how: { readonly inOrder: boolean }): Promise<void>;
}

interface Life {
  readonly source: TaskSource;
  readonly publisher: RevocablePublisher;
}

/**
 * A source that only the holder of its lease works. While this runtime stands by there is no inner source at all, so no
 * connection and no login; each time it takes over it makes a new one.
 */
export class LeasedSource implements TaskSource {
  readonly name: string;
  readonly #clock: Clock;
  readonly #store: LeaseStore;
  readonly #handover: SourceHandover;
  readonly #succession: SourceSuccession | undefined;
  readonly #make: (publisher: Publisher) => Promise<TaskSource>;
  readonly #publisher: () => Publisher;
  readonly #work: LeasedWork<Life>;
  #paused = false;

  constructor(parts: {
    readonly name: string;
    /** Of the lease: the same in every runtime. */
    readonly lease: string;
    readonly store: LeaseStore;
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly handover: SourceHandover;
    /** What is not settled is found outside again: see SourceKind. */
    readonly findsAgain?: boolean;
    readonly publisher: () => Publisher;
    readonly make: (publisher: Publisher) => Promise<TaskSource>;
  }) {
    const { name, clock, store } = parts;
    this.name = name;
    this.#clock = clock;
    this.#store = store;
    this.#handover = parts.handover;
    this.#succession = parts.findsAgain === true ? store.succession : undefined;
    this.#make = parts.make;
    this.#publisher = parts.publisher;
    this.#work = new LeasedWork({
      name: parts.lease,
      unit: `source:${name}`,
      store,
      clock,
      events: parts.events,
      begin: (held) => this.#begin(held),
      // Where journals are not shared, a queue that survived our last life has tasks that may be another's by now.
      ...(!store.fencesWrites && { standBy: () => this.#handover.given({ inOrder: false }) }),
      end: (life, { lost, signal }) => (lost ? this.#drop(life, signal) : this.#finish(life, signal)),
    });
    store.fence(name, undefined);
  }

  start(): Promise<void> {
    return this.#work.start();
  }

  /** While it stands by there is nothing to finish, and nothing to take over any more. */
  async quiesce(): Promise<void> {
    if (this.#inner === undefined) await this.#work.stop(new AbortController().signal);
    else await this.#inner.quiesce();
  }

  stop(signal: AbortSignal): Promise<void> {
    return this.#work.stop(signal);
  }

  pause(): void {
    this.#paused = true;
    this.#inner?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#inner?.resume();
  }

  trigger(): void {
    this.#inner?.trigger();
  }

  status(): SourceStatus {
    const { facts } = this.#work;
    const inner = this.#inner?.status();
    if (inner !== undefined) return { ...inner, facts: { ...inner.facts, ...facts } };
    const state = this.#work.hasStarted ? "standby" : "stopped";
    return { state, backlog: 0, inFlight: 0, published: 0, settled: 0, facts };
  }

  health(): HealthFinding {
    return this.#inner?.health() ?? this.#work.standbyFinding();
  }

  get #inner(): TaskSource | undefined {
    return this.#work.current?.source;
  }

  async #begin(held: HeldLease): Promise<Life> {
    this.#store.fence(this.name, held);
    try {
      const wasElsewhere = (await this.#succession?.wasElsewhere(this.name, held.claim)) ?? false;
      await this.#handover.taken({ wasElsewhere });
      await this.#succession?.begins(this.name, held.claim);
      return await this.#startInner();
    } catch (thrown) {
      this.#store.fence(this.name, undefined);
      throw thrown;
    }
  }

  async #startInner(): Promise<Life> {
    const publisher = new RevocablePublisher(this.#publisher());
    const source = await this.#make(publisher);
    if (this.#paused) source.pause();
    try {
      await within(this.#clock, startLimitMs, "Its start", source.start());
    } catch (thrown) {
      await source.stop(AbortSignal.abort());
      throw thrown;
    }
    return { source, publisher };
  }

  /** In order: what is done is settled before somebody else may begin. */
  async #finish(life: Life, signal: AbortSignal): Promise<void> {
    try {
      await life.source.stop(signal);
    } finally {
      life.publisher.revoke(this.name);
      await this.#handover.given({ inOrder: true });
      this.#store.fence(this.name, undefined);
    }
  }

  /** Somebody else may work it already: hands off first. */
  async #drop(life: Life, signal: AbortSignal): Promise<void> {
    this.#store.fence(this.name, undefined);
    life.publisher.revoke(this.name);
    try {
      await this.#handover.given({ inOrder: false });
    } finally {
      await life.source.stop(signal);
    }
  }
}
