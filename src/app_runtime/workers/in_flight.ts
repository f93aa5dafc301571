import type { Clock } from "../base/clock.ts";
import type { AbortReason } from "../contracts/task_errors.ts";
import type { Run } from "./run.ts";

/** Limits for every run of a pool, in milliseconds. */
export interface RunLimits {
  readonly timeoutMs: number;
  readonly graceMs: number;
}

/**
 * The runs of one pool, and the one timer that watches their time limits: a timer for each would cost more than the queue.
 * A run that exceeds its timeout is told to stop; one that has not stopped within the grace is abandoned.
 */
export class InFlight {
  readonly #clock: Clock;
  readonly #limits: RunLimits;
  readonly #onAbort: (run: Run, reason: AbortReason) => void;
  readonly #onAbandon: (run: Run) => void;
  readonly #runs = new Set<Run>();
  #watch: { readonly at: number; readonly timer: Disposable } | undefined;
  readonly #emptied: (() => void)[] = [];

  constructor(parts: {
    readonly clock: Clock;
    readonly limits: RunLimits;
    readonly onAbort: (run: Run, reason: AbortReason) => void;
    readonly onAbandon: (run: Run) => void;
  }) {
    this.#clock = parts.clock;
    this.#limits = parts.limits;
    this.#onAbort = parts.onAbort;
    this.#onAbandon = parts.onAbandon;
  }

  get size(): number {
    return this.#runs.size;
  }

  [Symbol.iterator](): IterableIterator<Run> {
    return this.#runs.values();
  }

  add(run: Run): void {
    this.#runs.add(run);
    if (this.#watch === undefined) this.#watchAt(this.#nextLimit(run));
  }

  remove(run: Run): void {
    this.#runs.delete(run);
    if (this.#runs.size > 0 || this.#emptied.length === 0) return;
    for (const emptied of this.#emptied.splice(0)) emptied();
  }

  abort(run: Run, reason: AbortReason): void {
    if (run.ended || run.abortedAt !== undefined) return;
    run.abortedAt = this.#clock.now();
    run.delivery.abort(reason);
    this.#onAbort(run, reason);
    this.#watchAt(run.abortedAt + this.#limits.graceMs);
  }

  /** Stops waiting for the handler; the run stays until its outcome is recorded. */
  abandon(run: Run): void {
    if (run.ended) return;
    this.#onAbandon(run);
    run.abandon();
  }

  /** Resolves when no run is left. */
  empty(): Promise<void> {
    if (this.#runs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#emptied.push(resolve));
  }

  stop(): void {
    this.#watch?.timer[Symbol.dispose]();
    this.#watch = undefined;
  }

  #watchAt(at: number): void {
    if (this.#watch !== undefined && this.#watch.at <= at) return;
    this.stop();
    this.#watch = { at, timer: this.#clock.after(at - this.#clock.now(), () => this.#enforce()) };
  }

  #enforce(): void {
    this.#watch = undefined;
    const now = this.#clock.now();
    for (const run of this.#runs) {
      if (run.ended) continue;
      if (run.waits) run.startedAt = now;
      if (now >= this.#nextLimit(run)) this.#exceed(run);
      if (!run.ended) this.#watchAt(this.#nextLimit(run));
    }
  }

  #exceed(run: Run): void {
    if (run.abortedAt === undefined) this.abort(run, "timeout");
    else this.abandon(run);
  }

  #nextLimit(run: Run): number {
    return run.abortedAt === undefined ? run.startedAt + this.#limits.timeoutMs : run.abortedAt + this.#limits.graceMs;
  }
}
