import { unlessAborted } from "../base/unless_aborted.ts";
import type { Patience } from "./patience.ts";
import type { TaskPublisher } from "./task_publisher.ts";

/** How one kind of source brings its work in, batch after batch. Each step may be tried again when it throws. */
export interface IntakeSteps<Read, Stored> {
  /** Waits for work and reads it. */
  readonly read: (signal: AbortSignal) => Promise<Read>;
  /** Makes safe what was read, so that memory can let go of it. */
  readonly store: (batch: Read) => Promise<Stored>;
  /** Journal first, then the queue. After a throw it is called again with the same batch. */
  readonly offer: (batch: Stored, signal: AbortSignal) => Promise<void>;
}

/**
 * Brings work in: first what an earlier run left, then batch after batch. While one batch is being offered the next is
 * already read and stored, so that the outside, disk and workers are busy at the same time; never more than that one ahead.
 */
export class ReadAhead<Read, Stored> {
  readonly #tasks: TaskPublisher;
  readonly #patience: Patience;
  readonly #steps: IntakeSteps<Read, Stored>;

  constructor(parts: {
    readonly tasks: TaskPublisher;
    readonly patience: Patience;
    readonly steps: IntakeSteps<Read, Stored>;
  }) {
    this.#tasks = parts.tasks;
    this.#patience = parts.patience;
    this.#steps = parts.steps;
  }

  /** Works until `signal` aborts, then resolves. What fails on our own side is tried again; nothing read is dropped. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#patience.insist("Resuming", () => this.#tasks.republishOffered(signal), signal);
      let ahead = this.#startReading(signal);
      for (;;) {
        const batch = await unlessAborted(signal, ahead);
        ahead = this.#startReading(signal);
        await this.#patience.insist("Offering mails", () => this.#steps.offer(batch, signal), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #startReading(signal: AbortSignal): Promise<Stored> {
    const batch = this.#readAndStore(signal);
    // It is awaited one round later; if that round never comes, nobody is interested in its error either.
    batch.catch(() => undefined);
    return batch;
  }

  async #readAndStore(signal: AbortSignal): Promise<Stored> {
    const read = await this.#patience.insist("Reading mails", () => this.#steps.read(signal), signal);
    return await this.#patience.insist("Storing mails", () => this.#steps.store(read), signal);
  }
}
