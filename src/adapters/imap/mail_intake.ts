import type { Clock } from "../../app_runtime/base/clock.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import type { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { BlobStore } from "../../app_runtime/contracts/blob_store.ts";
import type { Gate, Patience, TaskPublisher } from "../../app_runtime/intake/api.ts";
import type { MailOfferer } from "./mail_offerer.ts";
import type { MailReader, ReadBatch } from "./mail_reader.ts";
import type { MailboxSlot } from "./open_mailbox.ts";
import { type StoredBatch, storeMails } from "./store_mails.ts";

/**
 * Brings mails in: first what an earlier run left, then batch after batch. While one batch is being offered the next is
 * already read and stored, so that server, disk and workers are busy at the same time; never more than that one ahead.
 */
export class MailIntake {
  readonly #slot: MailboxSlot;
  readonly #gate: Gate;
  readonly #news: WakeUp;
  readonly #clock: Clock;
  readonly #reader: MailReader;
  readonly #blobs: BlobStore;
  readonly #offerer: MailOfferer;
  readonly #tasks: TaskPublisher;
  readonly #patience: Patience;

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
    this.#slot = parts.slot;
    this.#gate = parts.gate;
    this.#news = parts.news;
    this.#clock = parts.clock;
    this.#reader = parts.reader;
    this.#blobs = parts.blobs;
    this.#offerer = parts.offerer;
    this.#tasks = parts.tasks;
    this.#patience = parts.patience;
  }

  /** Works until `signal` aborts, then resolves. What fails on our own side is tried again; nothing read is dropped. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#patience.insist("Resuming", () => this.#tasks.republishOffered(signal), signal);
      let ahead = this.#startReading(signal);
      for (;;) {
        const batch = await unlessAborted(signal, ahead);
        ahead = this.#startReading(signal);
        await this.#patience.insist("Offering mails", () => this.#offerer.offer(batch, signal), signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #startReading(signal: AbortSignal): Promise<StoredBatch> {
    const batch = this.#readAndStore(signal);
    // It is awaited one round later; if that round never comes, nobody is interested in its error either.
    batch.catch(() => undefined);
    return batch;
  }

  async #readAndStore(signal: AbortSignal): Promise<StoredBatch> {
    const read = await this.#patience.insist("Reading mails", () => this.#nextBatch(signal), signal);
    return await this.#patience.insist("Storing mails", () => storeMails(this.#blobs, read), signal);
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
