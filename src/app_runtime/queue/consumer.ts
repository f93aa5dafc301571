import { Fifo } from "../base/fifo.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";

type Next = IteratorResult<LeasedDelivery, undefined>;

const ended: Next = { done: true, value: undefined };

/**
 * One consumer of a queue, for its adapter: an async iterator that several workers ask at once. It takes at once what is ready
 * here; else who asks waits in line until the adapter gives.
 */
export class Consumer implements AsyncIterableIterator<LeasedDelivery, undefined> {
  readonly #take: (() => LeasedDelivery | undefined) | undefined;
  readonly #onWait: () => void;
  readonly #onEnd: () => void;
  readonly #waiting = new Fifo<(next: Next) => void>();
  #ended = false;

  constructor(parts: {
    /** What can be handed out without asking anybody; absent: nothing ever. */
    readonly take?: () => LeasedDelivery | undefined;
    /** One more waits. */
    readonly onWait: () => void;
    readonly onEnd: () => void;
  }) {
    this.#take = parts.take;
    this.#onWait = parts.onWait;
    this.#onEnd = parts.onEnd;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  next(): Promise<Next> {
    if (this.#ended) return Promise.resolve(ended);
    if (this.#waiting.size === 0) {
      const value = this.#take?.();
      if (value !== undefined) return Promise.resolve({ done: false, value });
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#onWait();
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
