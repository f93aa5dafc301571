import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { Journal, JournalOffer, JournalVerdict } from "../../app_runtime/contracts/journal.ts";
import type { Publisher } from "../../app_runtime/contracts/publisher.ts";
import type { TaskPublisher } from "../../app_runtime/intake/api.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { ImapFactReporter } from "./imap_facts.ts";
import { taskIdOf, type Uid } from "./mailbox_key.ts";
import type { Generation } from "./open_mailbox.ts";
import type { MailToTask, ReceivedMail } from "./received_mail.ts";
import type { StoredBatch } from "./store_mails.ts";

/** An offer and the mail it was made of. */
interface MailOffer extends JournalOffer {
  readonly uid: Uid;
}

/** Makes tasks of mails whose content is safe: first a journal row, then the queue. */
export class MailOfferer {
  readonly #toTask: MailToTask;
  readonly #journal: Journal;
  readonly #publisher: Publisher;
  readonly #tasks: TaskPublisher;
  readonly #facts: ImapFactReporter;

  constructor(parts: {
    readonly toTask: MailToTask;
    readonly journal: Journal;
    readonly publisher: Publisher;
    readonly tasks: TaskPublisher;
    readonly facts: ImapFactReporter;
  }) {
    this.#toTask = parts.toTask;
    this.#journal = parts.journal;
    this.#publisher = parts.publisher;
    this.#tasks = parts.tasks;
    this.#facts = parts.facts;
  }

  /**
   * Resolves when all of the batch is published or decided otherwise. After a throw it may be called again with the same
   * batch: what was published is not published twice.
   */
  async offer({ generation, mails }: StoredBatch, signal: AbortSignal): Promise<void> {
    const offers = mails.flatMap((mail) => this.#offerFor(generation, mail));
    const verdicts = await this.#journal.offer(offers);
    for (const [index, verdict] of verdicts.entries()) {
      const made = offers[index];
      if (made !== undefined) await this.#follow(generation, made, verdict, signal);
    }
  }

  /** None for a mail the application cannot make a task of: it must not keep the others from being taken. */
  #offerFor(generation: Generation, mail: ReceivedMail): readonly MailOffer[] {
    const uid = mail.uid as Uid;
    try {
      const task = this.#publisher.prepare({ ...this.#toTask(mail), id: taskIdOf(generation.key, uid) });
      const fingerprint = fingerprintOf(mail);
      const offer = { uid, task, queue: this.#publisher.queue };
      return [fingerprint === undefined ? offer : { ...offer, fingerprint }];
    } catch (error) {
      generation.giveUp(uid);
      const reason = `no task could be made of it: ${messageOf(error)}`;
      this.#facts.report("imap_mail_left_alone", { uid, reason });
      return [];
    }
  }

  async #follow(generation: Generation, offer: MailOffer, verdict: JournalVerdict, signal: AbortSignal): Promise<void> {
    const { uid, task } = offer;
    const { kind, sameAs = task.id } = verdict;
    generation.offered(uid);
    if (kind === "done") generation.markDoneAgain(uid);
    else if (kind === "dead") generation.leaveDead(uid);
    else if (sameAs !== task.id) generation.awaitEnd(uid, sameAs);
    else await this.#tasks.publish(task, signal);
  }
}
