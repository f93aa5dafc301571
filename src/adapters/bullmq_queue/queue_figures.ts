import type { QueueStats } from "../../app_runtime/contracts/task_queue.ts";

/** What a script changed: waiting, delayed, leased, dead. */
export type Moved = readonly [number, number, number, number];

/** What `look` found; times are Clock.now(). */
export interface Standing {
  readonly waiting: number;
  readonly delayed: number;
  readonly leased: number;
  readonly dead: number;
  readonly oldestReadyAt: number | undefined;
}

/**
 * How the queue stands, as far as this runtime knows: exact for what it did itself, and looked up every few seconds for what
 * the others did.
 */
export class QueueFigures {
  readonly #capacity: number;
  #waiting = 0;
  #delayed = 0;
  #leased = 0;
  #dead = 0;
  #oldestReadyAt: number | undefined;
  paused = false;
  trouble: string | undefined;
  lastPickupAt: number | undefined;
  /** The rate limit holds everything back until then. */
  limitedUntil = 0;
  published = 0;
  duplicates = 0;
  acked = 0;
  retried = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get busy(): boolean {
    return this.#leased > 0 || this.#delayed > 0;
  }

  moved([waiting, delayed, leased, dead]: Moved, now: number): void {
    if (waiting > 0 && this.#waiting === 0) this.#oldestReadyAt = now;
    this.#waiting += waiting;
    this.#delayed += delayed;
    this.#leased += leased;
    this.#dead += dead;
  }

  /** Tasks are handed out oldest first, more or less: those that are left are no older. */
  tookReadySince(readyAt: number): void {
    this.#oldestReadyAt = Math.max(this.#oldestReadyAt ?? readyAt, readyAt);
  }

  found(standing: Standing): void {
    this.#waiting = standing.waiting;
    this.#delayed = standing.delayed;
    this.#leased = standing.leased;
    this.#dead = standing.dead;
    this.#oldestReadyAt = standing.oldestReadyAt;
  }

  /** `held`: fetched, but not handed out yet. */
  stats(now: number, held: number): QueueStats {
    const oldestReadyAt = this.#waiting > 0 && now >= this.limitedUntil ? this.#oldestReadyAt : undefined;
    return {
      waiting: Math.max(0, this.#waiting) + held,
      delayed: Math.max(0, this.#delayed),
      leased: Math.max(0, this.#leased - held),
      dead: Math.max(0, this.#dead),
      capacity: this.#capacity,
      paused: this.paused,
      oldestWaitingMs: oldestReadyAt === undefined ? 0 : Math.max(0, now - oldestReadyAt),
      ...(this.lastPickupAt === undefined ? {} : { lastPickupAt: this.lastPickupAt }),
      published: this.published,
      duplicates: this.duplicates,
      acked: this.acked,
      retried: this.retried,
      ...(this.trouble === undefined ? {} : { trouble: this.trouble }),
    };
  }
}
