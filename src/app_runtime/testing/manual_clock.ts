import type { Clock } from "../base/clock.ts";

/** More timers than this at one moment are one that never waits: on the machine's clock it would burn a core. */
const mostAtOnce = 1_000;

/** A clock that moves only when a test says so. Timers fire in the order of their time, then of their making. */
export class ManualClock implements Clock {
  #now = 0;
  #wallOffset: number;
  #made = 0;
  readonly #timers = new Map<number, { readonly at: number; readonly callback: () => void }>();

  constructor(wallStart = Date.UTC(2026, 0, 1)) {
    this.#wallOffset = wallStart;
  }

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#wallOffset + this.#now;
  }

  /** Timers that have neither fired nor been disposed: 0 when all that started has stopped. */
  get pending(): number {
    return this.#timers.size;
  }

  after(delayMs: number, callback: () => void): Disposable {
    this.#made += 1;
    const id = this.#made;
    this.#timers.set(id, { at: this.#now + Math.max(0, delayMs), callback });
    return { [Symbol.dispose]: () => void this.#timers.delete(id) };
  }

  /**
   * Moves time by `ms`, firing every timer on the way. Between two timers the promises that are ready run, so that a loop
   * that sleeps again is woken again.
   */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    let atOnce = 0;
    await settlePromises();
    for (;;) {
      const next = this.#earliest(end);
      if (next === undefined) break;
      this.#timers.delete(next.id);
      atOnce = next.at > this.#now ? 0 : atOnce + 1;
      if (atOnce > mostAtOnce)
        throw new Error(`Time stands still at ${this.#now}: a timer sets itself again with no delay.`);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settlePromises();
    }
    this.#now = end;
    await settlePromises();
  }

  /** The wall clock jumps (NTP, an operator); monotonic time does not. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms;
  }

  #earliest(end: number): { readonly id: number; readonly at: number; readonly callback: () => void } | undefined {
    let earliest: { id: number; at: number; callback: () => void } | undefined;
    for (const [id, timer] of this.#timers) {
      if (timer.at <= end && (earliest === undefined || timer.at < earliest.at)) earliest = { id, ...timer };
    }
    return earliest;
  }
}

/** Lets everything that is ready run: microtasks, and what they put into the next turns of the event loop. */
export async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
