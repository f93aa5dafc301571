import { backoffDelay } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import { sleep } from "../base/sleep.ts";
import type { IntakeFacts } from "./fact_reporter.ts";

const backoff = { initialDelayMs: 1_000, maxDelayMs: 60_000, factor: 2, jitter: 0.1 };

/** Keeps trying what fails on our own side (journal, blob store, queue): what was read is not dropped for that. */
export class Patience {
  readonly #clock: Clock;
  readonly #facts: IntakeFacts;
  readonly #random: () => number;
  readonly #troubles = new Map<string, string>();

  constructor(parts: { readonly clock: Clock; readonly facts: IntakeFacts; readonly random: () => number }) {
    this.#clock = parts.clock;
    this.#facts = parts.facts;
    this.#random = parts.random;
  }

  /** What fails at the moment, in a sentence. */
  get trouble(): string | undefined {
    return this.#troubles.values().next().value;
  }

  /** The result of `work`, tried until it succeeds. @throws what it threw last once `signal` has aborted. */
  async insist<T>(what: string, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let step = 0; ; step += 1) {
      try {
        const result = await work();
        if (this.#troubles.delete(what)) this.#facts.troubleOver(what);
        return result;
      } catch (error) {
        if (signal.aborted) throw error;
        await this.#endure(what, error, step, signal);
      }
    }
  }

  async #endure(what: string, error: unknown, step: number, signal: AbortSignal): Promise<void> {
    const sentence = `${what} failed: ${messageOf(error)}`;
    const waitMs = backoffDelay(backoff, step, this.#random);
    this.#troubles.set(what, sentence);
    this.#facts.trouble(sentence, waitMs);
    await sleep(this.#clock, waitMs, signal);
  }
}
