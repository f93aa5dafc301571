import type { Cadence } from "./cadence.ts";

/** A run at each multiple of the interval since 1970 UTC: the same in every runtime, and after every restart. */
export class IntervalCadence implements Cadence {
  readonly text: string;
  readonly #everyMs: number;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
    this.text = `every ${everyMs} ms`;
  }

  next(after: number): number {
    return (Math.floor(after / this.#everyMs) + 1) * this.#everyMs;
  }

  last(count: number, until: number): readonly number[] {
    const newest = Math.floor(until / this.#everyMs);
    return Array.from({ length: count }, (_, index) => (newest - count + 1 + index) * this.#everyMs);
  }
}
