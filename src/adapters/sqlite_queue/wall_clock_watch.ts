import type { Clock } from "../../app_runtime/base/clock.ts";

/** A wall clock that lost more than this against the monotonic one was put back. */
const putBackMs = 1_000;

/** Retries wait by the wall clock, so that they outlive the process; a clock that was put back must not hold them up. */
export class WallClockWatch {
  readonly #clock: Clock;
  #offset: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = this.now;
  }

  /** Wall against monotonic time. */
  get now(): number {
    return this.#clock.wallNow() - this.#clock.now();
  }

  isPutBack(offset: number): boolean {
    return offset < this.#offset - putBackMs;
  }

  /** The database knows. */
  accept(offset: number): void {
    this.#offset = offset;
  }
}
