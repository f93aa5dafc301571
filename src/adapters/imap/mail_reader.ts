import type { Clock } from "../../app_runtime/base/clock.ts";
import type { Journal } from "../../app_runtime/contracts/journal.ts";
import type { RunLedger } from "../../app_runtime/intake/api.ts";
import type { BacklogProgress } from "./backlog_progress.ts";
import { fetchSizes, type SizedMail } from "./commands/fetch_sizes.ts";
import type { BatchLimits } from "./cut_batch.ts";
import { ImapConnectionClosedError } from "./imap_errors.ts";
import type { ImapFactReporter } from "./imap_facts.ts";
import type { ImapConfig } from "./imap_schema.ts";
import { taskIdOf, type Uid } from "./mailbox_key.ts";
import type { Generation, OpenMailbox } from "./open_mailbox.ts";
import { oldestTaken } from "./reach.ts";
import { type ReadMail, readMails } from "./read_mails.ts";
import { maxTrials } from "./unseen_mails.ts";
import { VanishedMails } from "./vanished_mails.ts";

/** Mails read with one command, with the generation their UIDs belong to. */
export interface ReadBatch {
  readonly generation: Generation;
  readonly mails: readonly ReadMail[];
}

/**
 * Reads what nobody has handled yet out of an open mailbox: subtract what the journal knows, ask for sizes, then fetch the
 * content of one batch. A connection that dies on the way costs nothing but the way.
 */
export class MailReader {
  readonly #config: ImapConfig;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #ledger: RunLedger;
  readonly #facts: ImapFactReporter;
  readonly #limits: BatchLimits;
  readonly #vanished: VanishedMails;
  readonly #progress: BacklogProgress;

  constructor(parts: {
    readonly config: ImapConfig;
    readonly clock: Clock;
    readonly journal: Journal;
    readonly ledger: RunLedger;
    readonly facts: ImapFactReporter;
    readonly progress: BacklogProgress;
  }) {
    this.#config = parts.config;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#ledger = parts.ledger;
    this.#facts = parts.facts;
    this.#progress = parts.progress;
    this.#vanished = new VanishedMails(parts);
    this.#limits = {
      mails: Math.min(parts.config.batch, parts.config.window),
      bytes: parts.config.batchSize,
      maxMailBytes: parts.config.maxMailSize,
    };
  }

  /** The next batch; undefined when nothing waits or the connection is gone. @throws what the journal throws. */
  async read(mailbox: OpenMailbox): Promise<ReadBatch | undefined> {
    const { connection, generation } = mailbox;
    try {
      await this.#vanished.tell(mailbox);
      if (generation.unseen.sized === 0) await this.#sizeWindow(mailbox);
      const cut = generation.unseen.cut(this.#limits);
      if (cut.length > 0) return { generation, mails: await this.#fetch(mailbox, cut) };
      this.#progress.update();
      return undefined;
    } catch (error) {
      if (!connection.ended.aborted) throw error;
      return undefined;
    }
  }

  /** Takes waiting mails until some are left that must be read, or none wait. */
  async #sizeWindow(mailbox: OpenMailbox): Promise<void> {
    const { unseen } = mailbox.generation;
    while (unseen.sized === 0) {
      const taken = unseen.take(this.#config.window);
      if (taken.length === 0) return;
      try {
        const unknown = await this.#subtractKnown(mailbox.generation, taken);
        await this.#size(mailbox, unknown);
      } catch (error) {
        for (const uid of taken) unseen.drop(uid);
        throw error;
      }
    }
  }

  /** What the journal knows as done is only marked; what it knows as given up waits for a person. */
  async #subtractKnown(generation: Generation, uids: readonly Uid[]): Promise<readonly Uid[]> {
    const ids = uids.map((uid) => taskIdOf(generation.key, uid));
    const states = await this.#journal.statesOf(ids);
    return uids.filter((uid) => {
      const id = taskIdOf(generation.key, uid);
      const state = states.get(id);
      const unknown = state === undefined || (state === "offered" && !this.#ledger.inFlight.has(id));
      if (state === "done") generation.markDoneAgain(uid);
      if (!unknown) generation.unseen.drop(uid);
      return unknown;
    });
  }

  async #size(mailbox: OpenMailbox, uids: readonly Uid[]): Promise<void> {
    const { connection, generation, floor } = mailbox;
    const { unseen } = generation;
    const asked = this.#withoutHopeless(generation, uids);
    if (asked.length === 0) return;
    const wallNow = this.#clock.wallNow();
    const oldest = oldestTaken(this.#config, floor, wallNow);
    const sizes = await fetchSizes(connection, asked, wallNow);
    const ours: SizedMail[] = [];
    for (const uid of asked) {
      const mail = sizes.get(uid);
      if (mail === undefined) unseen.missed(uid);
      else if (mail.internalDate < oldest) unseen.leaveAlone(uid);
      else ours.push(mail);
    }
    unseen.addSized(ours);
  }

  #withoutHopeless(generation: Generation, uids: readonly Uid[]): readonly Uid[] {
    const hopeless = uids.filter((uid) => generation.unseen.isHopeless(uid));
    for (const uid of hopeless) {
      generation.giveUp(uid);
      const reason = `fetching it failed ${maxTrials} times.`;
      this.#facts.report("imap_mail_left_alone", { uid, reason });
    }
    return hopeless.length === 0 ? uids : uids.filter((uid) => !hopeless.includes(uid));
  }

  async #fetch(mailbox: OpenMailbox, cut: readonly SizedMail[]): Promise<readonly ReadMail[]> {
    const { connection, generation } = mailbox;
    const hopeful = new Set(
      this.#withoutHopeless(
        generation,
        cut.map((mail) => mail.uid),
      ),
    );
    const mails = cut.filter((mail) => hopeful.has(mail.uid));
    try {
      const read = await readMails(connection, mails, this.#limits.maxMailBytes);
      this.#missUnanswered(generation, mails, read);
      return read;
    } catch (error) {
      generation.unseen.putBack(mails, !(connection.ended.reason instanceof ImapConnectionClosedError));
      throw error;
    }
  }

  /** Every mail must be answered for; one that was not is looked for again, a few times. */
  #missUnanswered(generation: Generation, asked: readonly SizedMail[], read: readonly ReadMail[]): void {
    const answered = new Set(read.map((mail) => mail.uid));
    for (const { uid } of asked) if (!answered.has(uid)) generation.unseen.missed(uid);
    for (const { uid, size, raw } of read) {
      if (raw === undefined) this.#facts.report("imap_mail_too_large", { uid, size });
    }
  }
}
