import type { Clock } from "../../../src/app_runtime/base/clock.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

/** A manual clock on which time can pass without any timer getting a turn. */
export class BlockableClock implements Clock {
  readonly #clock = new ManualClock();
  #blocked = 0;

  get pending(): number {
    return this.#clock.pending;
  }

  now(): number {
    return this.#clock.now() + this.#blocked;
  }

  wallNow(): number {
    return this.#clock.wallNow() + this.#blocked;
  }

  after(delayMs: number, callback: () => void): Disposable {
    return this.#clock.after(delayMs, callback);
  }

  block(ms: number): void {
    this.#blocked += ms;
  }

  advance(ms: number): Promise<void> {
    return this.#clock.advance(ms);
  }
}
