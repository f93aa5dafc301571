import type { Clock } from "../../app_runtime/base/clock.ts";

/** Longer than what the queue itself needs in a turn for a pool of the usual size. */
const longMs = 1;

/**
 * A turn of the event loop in which handlers compute for long: nothing that was posted is heard before it ends, and twenty
 * timers that are due at once are one turn.
 */
export class LoopTurn {
  readonly #clock: Clock;
  #since: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True at most once in each millisecond. */
  lastsLong(): boolean {
    const now = this.#clock.now();
    if (this.#since === undefined) {
      this.#since = now;
      setImmediate(() => {
        this.#since = undefined;
      });
      return false;
    }
    if (now - this.#since < longMs) return false;
    this.#since = now;
    return true;
  }
}
