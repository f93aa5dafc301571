import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BookSettings, Step, StepResult, Work, WorkDone } from "../queue_protocol.ts";
import { Figures } from "./figures.ts";
import { Groups } from "./groups.ts";
import { HandOut } from "./hand_out.ts";
import { KnownIds } from "./known_ids.ts";
import { LetterTable } from "./letter_table.ts";
import { RateWindow } from "./rate_window.ts";
import { TaskTable } from "./task_table.ts";

/** After a limit was lowered there may be many to forget. */
const trimAtOnce = 2_000;

/** The queue inside the database's thread: many steps of many callers in one transaction, then a hand-out. */
export class QueueBook {
  readonly #settings: BookSettings;
  readonly #figures: Figures;
  readonly #known: KnownIds;
  readonly #groups: Groups;
  readonly #tasks: TaskTable;
  readonly #letters: LetterTable;
  readonly #rate: RateWindow;
  readonly #handOut: HandOut;
  readonly #dataVersion: StatementSync;

  constructor(database: DatabaseSync, settings: BookSettings) {
    this.#settings = settings;
    const { leaseMs } = settings;
    const figures = new Figures(database);
    const known = new KnownIds(database, figures, settings.rememberFinished);
    const groups = new Groups(database, settings.groupLimit);
    const rate = new RateWindow(database, settings.rateLimit);
    this.#figures = figures;
    this.#known = known;
    this.#groups = groups;
    this.#rate = rate;
    this.#tasks = new TaskTable(database, { figures, groups, leaseMs });
    this.#letters = new LetterTable(database, { figures, known, limit: settings.maxDeadLetters });
    this.#handOut = new HandOut(database, { figures, groups, rate, leaseMs });
    this.#dataVersion = database.prepare("PRAGMA data_version");
  }

  /** Once per opening: whoever had the file before may have had another group limit, or another clock. */
  begin(now: number): void {
    this.#groups.unparkAll();
    this.#tasks.shortenRetries(now);
  }

  work({ now, steps, take, seenVersion }: Work): WorkDone {
    const dataVersion = Number(this.#dataVersion.get()?.data_version);
    this.#figures.load();
    const publishing = { isFull: false };
    const results = steps.map((step) => this.#do(step, now, publishing));
    const moreDue = this.#tasks.makeDueReady(now);
    const { taken, more } = take > 0 ? this.#handOut.take(take, now) : nothing;
    this.#known.trim(trimAtOnce);
    const dropped = this.#letters.trim();
    this.#figures.store();
    const { waiting, delayed, leased, dead } = this.#figures;
    const { nextDueAt } = this.#tasks;
    const rateWaitMs = waiting > 0 ? this.#rate.waitMs(now) : 0;
    const oldestSince = rateWaitMs > 0 ? undefined : this.#tasks.oldestSince;
    return {
      results,
      taken,
      counts: { waiting, delayed, leased, dead },
      dropped,
      ...(dataVersion !== seenVersion && { leases: this.#tasks.leases() }),
      dataVersion,
      ...(nextDueAt !== undefined && { nextDueAt }),
      rateWaitMs,
      ...(oldestSince !== undefined && { oldestSince }),
      more: more || moreDue,
    };
  }

  #do(step: Step, now: number, publishing: { isFull: boolean }): StepResult {
    switch (step.kind) {
      case "publish":
        return this.#publish(step, now, publishing);
      case "ack":
        return this.#tasks.leave(step.lease, now) && this.#finished(step.lease.id);
      case "nack":
        return this.#tasks.giveBack(step.lease, step.delayMs, step.burnAttempt, now);
      case "bury":
        return this.#bury(step, now);
      case "put_back":
        return this.#tasks.putBack(step.lease);
      case "expire":
        return this.#tasks.expire(step.lease, now);
      case "renew":
        return step.leases.map((lease) => this.#tasks.renew(lease));
      case "withdraw":
        return this.#withdraw(step.source, now);
      case "retry_letter":
        return this.#retryLetter(step.id, now);
      case "discard_letter":
        return this.#letters.take(step.id) !== undefined && this.#finished(step.id);
      case "clock_put_back":
        this.#tasks.shortenRetries(now);
        return null;
    }
  }

  /** Whoever came before and found no room stays before: after the first that is refused, all are. */
  #publish(
    { row, admit }: Extract<Step, { readonly kind: "publish" }>,
    now: number,
    publishing: { isFull: boolean },
  ): StepResult {
    if (!admit || publishing.isFull || this.#figures.open >= this.#settings.capacity) {
      if (this.#known.has(row.id)) return "duplicate";
      publishing.isFull = true;
      return "full";
    }
    if (!this.#known.add(row.id)) return "duplicate";
    this.#tasks.enter(row, now);
    return "stored";
  }

  #finished(id: string): true {
    this.#known.finish(id);
    return true;
  }

  #bury({ lease, reason, detail }: Extract<Step, { readonly kind: "bury" }>, now: number): boolean {
    if (!this.#tasks.holds(lease)) return false;
    this.#letters.write(lease, reason, detail, now);
    return this.#tasks.leave(lease, now);
  }

  #withdraw(source: string, now: number): null {
    for (const id of this.#tasks.withdraw(source, now)) this.#known.forget(id);
    for (const id of this.#letters.withdraw(source)) this.#known.forget(id);
    return null;
  }

  #retryLetter(id: string, now: number): boolean {
    const row = this.#letters.take(id);
    if (row === undefined) return false;
    this.#tasks.enter(row, now);
    return true;
  }
}

const nothing = { taken: [], more: false };
