import type { Clock } from "../../app_runtime/base/clock.ts";

/** Wakes the one who waits. A ring while nobody waits is remembered. */
export class OutboxBell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, or after `limitMs` if that is given: at once when it is past. */
  async wait(clock: Clock, limitMs: number | undefined): Promise<void> {
    if (!this.#rung && (limitMs === undefined || limitMs > 0)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      using _timer = limitMs === undefined ? undefined : clock.after(limitMs, resolve);
      await promise;
      this.#wake = undefined;
    }
    this.#rung = false;
  }
}
