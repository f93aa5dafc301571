import type { Clock } from "../../base/clock.ts";

/** Calls back once a burst has been quiet for `quietMs`, or has lasted `longestMs`. */
export class Debounce implements Disposable {
  readonly #parts: DebounceParts;
  #burstSince: number | undefined;
  #timer: Disposable | undefined;

  constructor(parts: DebounceParts) {
    this.#parts = parts;
  }

  poke(): void {
    const { clock, quietMs, longestMs } = this.#parts;
    this.#burstSince ??= clock.now();
    this.#timer?.[Symbol.dispose]();
    const left = this.#burstSince + longestMs - clock.now();
    this.#timer = clock.after(Math.max(0, Math.min(quietMs, left)), () => this.#fire());
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#burstSince = undefined;
  }

  #fire(): void {
    this[Symbol.dispose]();
    this.#parts.callback();
  }
}

export interface DebounceParts {
  readonly clock: Clock;
  readonly quietMs: number;
  readonly longestMs: number;
  readonly callback: () => void;
}
