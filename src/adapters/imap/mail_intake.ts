import type { Clock } from "../../app_runtime/base/clock.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import type { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { BlobStore } from "../../app_runtime/contracts/blob_store.ts";
import { type Gate, type Patience, ReadAhead, type TaskPublisher } from "../../app_runtime/intake/api.ts";
import type { MailOfferer } from "./mail_offerer.ts";
import type { MailReader, ReadBatch } from "./mail_reader.ts";
import type { MailboxSlot } from "./open_mailbox.ts";
import { type StoredBatch, storeMails } from "./store_mails.ts";

/** Brings mails in: batch after batch out of whatever mailbox is open, while the gate is. */
export class MailIntake {
  readonly #slot: MailboxSlot;
  readonly #gate: Gate;
  readonly #news: WakeUp;
  readonly #clock: Clock;
  readonly #reader: MailReader;
  readonly #ahead: ReadAhead<ReadBatch, StoredBatch>;

  /** `news` wakes it when a search has found something. */
  constructor(parts: {
    readonly slot: MailboxSlot;
    readonly gate: Gate;
    readonly news: WakeUp;
    readonly clock: Clock;
    readonly reader: MailReader;
    readonly blobs: BlobStore;
    readonly offerer: MailOfferer;
    readonly tasks: TaskPublisher;
    readonly patience: Patience;
  }) {
    const { blobs, offerer, tasks, patience } = parts;
    this.#slot = parts.slot;
    this.#gate = parts.gate;
    this.#news = parts.news;
    this.#clock = parts.clock;
    this.#reader = parts.reader;
    const steps = {
      read: (signal: AbortSignal) => this.#nextBatch(signal),
      store: (batch: ReadBatch) => storeMails(blobs, batch),
      offer: (batch: StoredBatch, signal: AbortSignal) => offerer.offer(batch, signal),
    };
    this.#ahead = new ReadAhead({ tasks, patience, steps });
  }

  /** Works until `signal` aborts, then resolves. */
  run(signal: AbortSignal): Promise<void> {
    return this.#ahead.run(signal);
  }

  async #nextBatch(signal: AbortSignal): Promise<ReadBatch> {
    for (;;) {
      await unlessAborted(signal, this.#gate.passed());
      const mailbox = await unlessAborted(signal, this.#slot.opened());
      const batch = await this.#reader.read(mailbox);
      signal.throwIfAborted();
      if (batch !== undefined && batch.mails.length > 0) return batch;
      if (batch === undefined) await this.#news.wait(this.#clock, Number.POSITIVE_INFINITY, signal);
    }
  }
}
