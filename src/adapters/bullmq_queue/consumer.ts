import { Fifo } from "../../app_runtime/base/fifo.ts";
import type { LeasedDelivery } from "../../app_runtime/contracts/delivery.ts";

type Next = IteratorResult<LeasedDelivery, undefined>;

const ended: Next = { done: true, value: undefined };

/** One consumer of the queue: an async iterator that several workers ask at once. Who asks waits in line. */
export class Consumer implements AsyncIterableIterator<LeasedDelivery, undefined> {
  readonly #take: () => LeasedDelivery | undefined;
  readonly #onAsk: () => void;
  readonly #onEnd: () => void;
  readonly #waiting = new Fifo<(next: Next) => void>();
  #ended = false;

  constructor(parts: {
    /** What has been fetched already. */
    readonly take: () => LeasedDelivery | undefined;
    readonly onAsk: () => void;
    readonly onEnd: () => void;
  }) {
    this.#take = parts.take;
    this.#onAsk = parts.onAsk;
    this.#onEnd = parts.onEnd;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  next(): Promise<Next> {
    if (this.#ended) return Promise.resolve(ended);
    if (this.#waiting.size === 0) {
      const value = this.#take();
      if (value !== undefined) return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#onAsk();
    });
  }

  return(): Promise<Next> {
    this.end();
    return Promise.resolve(ended);
  }

  /** Hands one delivery to the longest waiting worker; the caller has checked `waiting`. */
  give(value: LeasedDelivery): void {
    this.#waiting.shift()?.({ done: false, value });
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    for (let resolve = this.#waiting.shift(); resolve !== undefined; resolve = this.#waiting.shift()) resolve(ended);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
