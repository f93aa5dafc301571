import type { Pulse } from "./lane.ts";

/** Looks that find a lane unmoved until it counts as hanging. */
export const looksUntilHang = 4;

/**
 * Judges one lane by its pulse. It counts looks, not time: when everything stood still for a while, as a machine that
 * was asleep, nobody hangs.
 */
export class HangWatch {
  #turns = -1;
  #unmoved = 0;

  /** True: it had work each of the last times and did not turn. */
  look({ hasWork, turns }: Pulse): boolean {
    this.#unmoved = hasWork && turns === this.#turns ? this.#unmoved + 1 : 0;
    this.#turns = turns;
    return this.#unmoved >= looksUntilHang;
  }
}
