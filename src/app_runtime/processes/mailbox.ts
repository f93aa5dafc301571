import { Fifo } from "../base/fifo.ts";
import { fnv1a } from "./fnv1a.ts";

export interface MailboxLimits {
  readonly queues: number;
  /** Of each queue. */
  readonly maxLetters: number;
}

const usual: MailboxLimits = { queues: 16, maxLetters: 1024 };

/**
 * What waits for a receiver that cannot take more now (seed 000, Mailbox): the sender picks the queue, so whatever one
 * sender sends keeps its order while others pass. Each queue is bounded; a letter that finds its queue full is refused.
 */
export class Mailbox<Letter> {
  readonly #queues: readonly Fifo<Letter>[];
  readonly #maxLetters: number;

  constructor({ queues, maxLetters }: MailboxLimits = usual) {
    this.#queues = Array.from({ length: queues }, () => new Fifo<Letter>());
    this.#maxLetters = maxLetters;
  }

  get size(): number {
    return this.#queues.reduce((sum, { size }) => sum + size, 0);
  }

  /** Hands a letter on, or keeps it when the receiver, or an older letter of its queue, has to wait. False: no room. */
  offer(sender: string, letter: Letter, receive: (letter: Letter) => boolean): boolean {
    const queue = this.#queues[fnv1a(sender) % this.#queues.length] as Fifo<Letter>;
    if (queue.size === 0 && receive(letter)) return true;
    if (queue.size >= this.#maxLetters) return false;
    queue.push(letter);
    return true;
  }

  /** Hands on what waits, a letter of each queue in turn, until the receiver takes no more. */
  drain(receive: (letter: Letter) => boolean): void {
    for (let left = this.#queues.filter(({ size }) => size > 0); left.length > 0; ) {
      for (const queue of left) {
        if (!receive(queue.peek() as Letter)) return;
        queue.shift();
      }
      left = left.filter(({ size }) => size > 0);
    }
  }
}
