import { backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import type { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { Journal } from "../../app_runtime/contracts/journal.ts";
import type { Patience, RunLedger } from "../../app_runtime/intake/api.ts";
import type { BacklogProgress } from "./backlog_progress.ts";
import { markDone } from "./commands/mark_done.ts";
import { markFailed } from "./commands/mark_failed.ts";
import type { StoreResult } from "./commands/store_flag.ts";
import { unmarkFailed } from "./commands/unmark_failed.ts";
import type { ImapFactReporter } from "./imap_facts.ts";
import type { ImapConfig } from "./imap_schema.ts";
import type { MailMover } from "./mail_mover.ts";
import type { Uid } from "./mailbox_key.ts";
import type { MailboxSlot, OpenMailbox } from "./open_mailbox.ts";
import { type SettlePlan, settlePlan, toldRows } from "./settle_plan.ts";

const backoff = { initialDelayMs: 1_000, maxDelayMs: 60_000, factor: 2, jitter: 0.1 };

/**
 * Tells the server what the journal says is finished, in batches: done mails become \Seen, given up ones get the keyword;
 * then they are moved, where the configuration says so.
 * It reads the journal, never a worker's word, so a mail cannot be marked before the commit that carries its effect.
 */
export class Settler {
  readonly #source: string;
  readonly #config: ImapConfig;
  readonly #journal: Journal;
  readonly #slot: MailboxSlot;
  readonly #news: WakeUp;
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #ledger: RunLedger;
  readonly #facts: ImapFactReporter;
  readonly #random: () => number;
  readonly #mover: MailMover;
  readonly #progress: BacklogProgress;
  #refusals = 0;

  /** `news` wakes it when rows were finished or a mailbox was opened. */
  constructor(parts: {
    readonly source: string;
    readonly config: ImapConfig;
    readonly journal: Journal;
    readonly slot: MailboxSlot;
    readonly news: WakeUp;
    readonly clock: Clock;
    readonly patience: Patience;
    readonly ledger: RunLedger;
    readonly facts: ImapFactReporter;
    readonly random: () => number;
    readonly mover: MailMover;
    readonly progress: BacklogProgress;
  }) {
    this.#source = parts.source;
    this.#config = parts.config;
    this.#journal = parts.journal;
    this.#slot = parts.slot;
    this.#news = parts.news;
    this.#clock = parts.clock;
    this.#patience = parts.patience;
    this.#ledger = parts.ledger;
    this.#facts = parts.facts;
    this.#random = parts.random;
    this.#mover = parts.mover;
    this.#progress = parts.progress;
  }

  /** Settles until `signal` aborts, and then once more what is finished, if a connection is there. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#news.wait(this.#clock, Number.POSITIVE_INFINITY, signal);
      await sleep(this.#clock, this.#config.settleDelay, signal);
      await this.#patience.insist("Settling", () => this.#settle(signal), signal).catch(() => undefined);
    }
    await this.#settle(signal).catch((error) => {
      this.#facts.report("imap_settling_unfinished", { error: messageOf(error) });
    });
  }

  /** Without a connection there is nothing to do: the next one starts with what is still unsettled. */
  async #settle(signal: AbortSignal): Promise<void> {
    const { current } = this.#slot;
    if (current === undefined) return;
    try {
      while (await this.#settleSome(current, signal));
    } catch (error) {
      if (!current.connection.ended.aborted) throw error;
    }
  }

  /** One batch. Answers whether more wait already: a batch that was not full is followed by the next after `settleDelay`. */
  async #settleSome(mailbox: OpenMailbox, signal: AbortSignal): Promise<boolean> {
    const marks = await this.#markSome(mailbox, signal);
    const moves = await this.#mover.move(mailbox, signal);
    return marks || moves;
  }

  async #markSome(mailbox: OpenMailbox, signal: AbortSignal): Promise<boolean> {
    const { connection, generation, doneFlag } = mailbox;
    const limit = this.#config.settleBatch;
    const rows = await this.#journal.unsettled(this.#source, limit);
    const again = generation.takeMarks(limit);
    if (rows.length + again.done.length + again.failed.length === 0) return false;

    const plan = settlePlan(rows, generation.key);
    const results = [
      await this.#store(plan.done, (uids) => markDone(connection, uids, doneFlag)),
      await this.#store(plan.failed, (uids) => this.#markFailed(mailbox, uids)),
      await this.#store(again.done, (uids) => markDone(connection, uids, doneFlag)),
      await this.#store(again.failed, (uids) => this.#markFailed(mailbox, uids)),
      await this.#unmarkFailed(mailbox, [...plan.done, ...again.done]),
    ];
    if (again.done.length > 0) this.#facts.report("imap_marked_again", { mails: again.done.length });

    const refused = results.flatMap((result) => result.refused);
    const told = toldRows(rows, refused, generation.key);
    await this.#journal.settled(told.map((row) => row.task.id));
    this.#ledger.told(told);
    this.#progress.update();
    this.#moveLater(mailbox, plan, again, refused);
    generation.markCopies(rows);
    const full = Math.max(rows.length, again.done.length + again.failed.length) >= limit;
    return this.#considerRefusals(refused, signal) && full;
  }

  /** Marked mails only. What nothing could be made of stays: a later session tries it again. */
  #moveLater({ generation, canMove }: OpenMailbox, plan: SettlePlan, again: SettlePlan, refused: readonly Uid[]): void {
    // Should a later connection be able to, it finds them by their mark.
    if (!canMove) return;
    const unmarked = new Set(refused);
    const marked = (uids: readonly Uid[]) => uids.filter((uid) => !unmarked.has(uid));
    const dead = [...plan.failed, ...again.failed].filter((uid) => !generation.unseen.isGivenUp(uid));
    if (this.#mover.moves("done")) generation.moveLater("done", marked([...plan.done, ...again.done]));
    if (this.#mover.moves("dead")) generation.moveLater("dead", marked(dead));
  }

  async #store(uids: readonly Uid[], store: (uids: readonly Uid[]) => Promise<StoreResult>): Promise<StoreResult> {
    const result = await store(uids);
    if (result.gone.length > 0) this.#facts.report("imap_mail_gone", { mails: result.gone.length });
    return result;
  }

  /** Without keywords the journal alone remembers it. */
  #markFailed({ connection, generation, takesKeyword }: OpenMailbox, uids: readonly Uid[]): Promise<StoreResult> {
    if (!takesKeyword) return Promise.resolve({ gone: [], refused: [] });
    generation.carryKeyword(uids);
    return markFailed(connection, uids, this.#config.deadLetterKeyword);
  }

  /** A dead letter that somebody retried is done now: people need not look at it any more. */
  async #unmarkFailed({ connection, generation }: OpenMailbox, done: readonly Uid[]): Promise<StoreResult> {
    const carriers = generation.takeCarriers(done);
    const result = await unmarkFailed(connection, carriers, this.#config.deadLetterKeyword);
    generation.carryKeyword(result.refused);
    return result;
  }

  /** A server that refuses is asked again later, more and more patiently; there is nothing else to try. */
  #considerRefusals(refused: readonly Uid[], signal: AbortSignal): boolean {
    this.#ledger.unmarked = refused.length;
    if (refused.length === 0) {
      this.#refusals = 0;
      return true;
    }
    this.#facts.report("imap_mark_refused", { mails: refused.length });
    const waitMs = backoffDelay(backoff, this.#refusals, this.#random);
    this.#refusals += 1;
    void sleep(this.#clock, waitMs, signal).then(() => this.#news.wake());
    return false;
  }
}
