import { Fifo } from "../../app_runtime/base/fifo.ts";

/** Never more than `tasks` hand-outs within any window of `perMs`. */
export class RateGate {
  readonly #limit: { readonly tasks: number; readonly perMs: number } | undefined;
  readonly #handedOutAt = new Fifo<number>();

  constructor(limit: { readonly tasks: number; readonly perMs: number } | undefined) {
    this.#limit = limit;
  }

  /** Milliseconds until a hand-out is allowed; 0 when it is now. */
  waitMs(now: number): number {
    if (this.#limit === undefined) return 0;
    let oldest = this.#handedOutAt.peek();
    while (oldest !== undefined && now - oldest >= this.#limit.perMs) {
      this.#handedOutAt.shift();
      oldest = this.#handedOutAt.peek();
    }
    if (oldest === undefined || this.#handedOutAt.size < this.#limit.tasks) return 0;
    return oldest + this.#limit.perMs - now;
  }

  handedOut(now: number): void {
    if (this.#limit !== undefined) this.#handedOutAt.push(now);
  }
}
