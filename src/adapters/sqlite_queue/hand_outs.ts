import type { Clock } from "../../app_runtime/base/clock.ts";
import { LeasedDelivery, type LeaseToken } from "../../app_runtime/contracts/delivery.ts";
import { Consumer } from "../../app_runtime/queue/api.ts";
import type { HeldLeases, OwnLease } from "./held_leases.ts";
import type { Taken } from "./queue_protocol.ts";
import { taskOf } from "./task_row.ts";

/** Of a task that nobody could do anything with, however often it came. */
const unreadable = "The stored text is not the JSON of this task: the file is damaged, or somebody wrote into it.";

/** Brings what the database has handed out to the workers that asked for it. */
export class HandOuts {
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #held: HeldLeases;
  readonly #onAsk: () => void;
  readonly #putBack: (row: Taken) => void;
  readonly #bury: (row: Taken, detail: string) => void;
  readonly #consumers = new Set<Consumer>();
  /** Questions of workers that wait for an answer. */
  #asks = 0;
  /** Somebody may get something: since the last hand-out that left questions open, something has happened. */
  #maybeReady = true;
  #paused = false;
  #closed = false;
  #lastPickupAt: number | undefined;

  constructor(parts: {
    readonly clock: Clock;
    readonly leaseMs: number;
    readonly held: HeldLeases;
    readonly onAsk: () => void;
    /** There is nobody for it. */
    readonly putBack: (row: Taken) => void;
    /** It cannot be read. */
    readonly bury: (row: Taken, detail: string) => void;
  }) {
    this.#clock = parts.clock;
    this.#leaseMs = parts.leaseMs;
    this.#held = parts.held;
    this.#onAsk = parts.onAsk;
    this.#putBack = parts.putBack;
    this.#bury = parts.bury;
  }

  consume({ signal }: { readonly signal: AbortSignal }): Consumer {
    const end = () => consumer.end();
    const consumer = new Consumer({
      onWait: () => {
        this.#asks += 1;
        this.#onAsk();
      },
      onEnd: () => {
        this.#asks -= consumer.waiting;
        this.#consumers.delete(consumer);
        signal.removeEventListener("abort", end);
      },
    });
    this.#consumers.add(consumer);
    signal.addEventListener("abort", end, { once: true });
    if (this.#closed || signal.aborted) end();
    return consumer;
  }

  get asks(): number {
    return this.#asks;
  }

  /** How many the database should be asked for. */
  get wanted(): number {
    return this.#maybeReady && !this.#paused && !this.#closed ? this.#asks : 0;
  }

  mayHaveReady(maybe = true): void {
    this.#maybeReady = maybe;
  }

  /** Clock.now() when something was last asked for that was handed out. */
  get lastPickupAt(): number | undefined {
    return this.#lastPickupAt;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#maybeReady = true;
  }

  close(): void {
    this.#closed = true;
    for (const consumer of this.#consumers) consumer.end();
  }

  deliver(taken: readonly Taken[], sentAt: number): void {
    const leaseUntil = sentAt + this.#leaseMs;
    for (const row of taken) {
      const task = taskOf(row.id, row.body);
      const consumer = task && this.#waitingConsumer();
      if (task === undefined) this.#undeliverable(() => this.#bury(row, unreadable));
      else if (consumer === undefined || leaseUntil <= this.#clock.now()) this.#undeliverable(() => this.#putBack(row));
      else {
        const { attempt, crashes } = row;
        const leaseToken = `${row.seq}:${row.leases}` as LeaseToken;
        const delivery = new LeasedDelivery({ task, attempt, crashes, leaseToken, leaseUntil });
        this.#held.add(delivery, ownLeaseOf(row));
        this.#lastPickupAt = sentAt;
        this.#asks -= 1;
        consumer.give(delivery);
      }
    }
  }

  #undeliverable(giveUp: () => void): void {
    giveUp();
    this.#maybeReady = true;
  }

  #waitingConsumer(): Consumer | undefined {
    if (this.#paused || this.#closed) return undefined;
    for (const consumer of this.#consumers) if (consumer.waiting > 0) return consumer;
    return undefined;
  }
}

function ownLeaseOf({ seq, leases, renewals, id, orderKey, group }: Taken): OwnLease {
  return { seq, leases, renewals, id, orderKey, group, ending: false };
}
