import { backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import type { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { Journal, JournalRow } from "../../app_runtime/contracts/journal.ts";
import type { Patience, RunLedger } from "../../app_runtime/intake/api.ts";
import type { EmlFolderFacts } from "./eml_folder_facts.ts";
import type { EmlFolderConfig } from "./eml_folder_schema.ts";
import { tagOf } from "./file_identity.ts";
import { type MoveResult, moveFile, moveRetried } from "./file_mover.ts";
import type { FolderPlaces, SettledPlace } from "./folder_places.ts";
import type { NewFiles, TakenFile } from "./new_files.ts";

const backoff = { initialDelayMs: 1_000, maxDelayMs: 60_000, factor: 2, jitter: 0.1 };

/** Batches of untold rows a batch looks behind at most. */
const mostUntold = 5;

/**
 * Moves what the journal says is finished out of `new`: done to `cur`, given up to `failed`. It reads the journal, never a
 * worker's word, so a file cannot be moved before the commit that carries its effect.
 */
export class FolderSettler {
  readonly #source: string;
  readonly #config: EmlFolderConfig;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #places: FolderPlaces;
  readonly #files: NewFiles;
  readonly #ledger: RunLedger;
  readonly #patience: Patience;
  readonly #facts: EmlFolderFacts;
  readonly #news: WakeUp;
  readonly #random: () => number;
  /** Rows of the last batch that could not be told: the next one looks behind them. */
  #untold = 0;
  #refusals = 0;
  #refusal: string | undefined;
  #willRetry = false;

  /** `news` wakes it when rows were finished, files are to be moved, or the directory is there again. */
  constructor(parts: {
    readonly source: string;
    readonly config: EmlFolderConfig;
    readonly clock: Clock;
    readonly journal: Journal;
    readonly places: FolderPlaces;
    readonly files: NewFiles;
    readonly ledger: RunLedger;
    readonly patience: Patience;
    readonly facts: EmlFolderFacts;
    readonly news: WakeUp;
    readonly random: () => number;
  }) {
    this.#source = parts.source;
    this.#config = parts.config;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#places = parts.places;
    this.#files = parts.files;
    this.#ledger = parts.ledger;
    this.#patience = parts.patience;
    this.#facts = parts.facts;
    this.#news = parts.news;
    this.#random = parts.random;
  }

  /** Why finished files stay in `new`, in a sentence; undefined when none does. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Settles until `signal` aborts, and then once more what is finished. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#news.wait(this.#clock, Number.POSITIVE_INFINITY, signal);
      await sleep(this.#clock, this.#config.settleDelay, signal);
      await this.#patience.insist("Settling", () => this.#settle(signal), signal).catch(() => undefined);
    }
    await this.#settle(signal).catch((error) => {
      this.#facts.report("eml_settling_unfinished", { error: messageOf(error) });
    });
  }

  async #settle(signal: AbortSignal): Promise<void> {
    this.#untold = 0;
    while (await this.#settleSome(signal));
  }

  /** One batch. Answers whether more wait already. */
  async #settleSome(signal: AbortSignal): Promise<boolean> {
    const limit = this.#config.settleBatch;
    const asked = limit + this.#untold;
    const rows = await this.#journal.unsettled(this.#source, asked);
    const again = this.#files.someToMoveAgain(limit);
    const refusals: string[] = [];

    const told: JournalRow[] = [];
    const retried = await this.#moveRetried(rows);
    for (const row of rows) {
      const reason = retried ?? (await this.#settleRow(row));
      if (reason === undefined) told.push(row);
      else if (reason !== notYetFound) refusals.push(reason);
    }
    for (const file of again) refusals.push(...listed(await this.#move(file, file.to)));

    await this.#journal.settled(told.map((row) => row.task.id));
    this.#ledger.told(told);
    this.#untold = Math.min(rows.length - told.length, mostUntold * limit);
    const isFull = rows.length >= asked || again.length >= limit;
    return this.#considerRefusals(refusals, signal) && isFull;
  }

  /** Why its source cannot be told; undefined when it is. */
  async #settleRow({ task, state }: JournalRow): Promise<string | undefined> {
    const files = this.#files.filesOf(task.id);
    // Its file may lie among those that nobody has read in this run.
    if (files.length === 0 && !this.#files.hasCaughtUp) return notYetFound;
    const to = state === "done" ? "cur" : "failed";
    const refusals: string[] = [];
    for (const file of files) refusals.push(...listed(await this.#move(file, to)));
    return refusals[0];
  }

  async #move(file: TakenFile, to: SettledPlace): Promise<string | undefined> {
    const result = await moveFile(this.#places, file, to);
    if (result.kind === "refused") return result.reason;
    this.#report(result, file, to);
    this.#files.release(file);
    return undefined;
  }

  #report({ kind }: MoveResult, { name, taskId }: TakenFile, to: SettledPlace): void {
    if (kind === "gone") this.#facts.report("eml_file_gone", { file: name });
    else if (kind === "replaced") this.#facts.report("eml_file_replaced", { file: name });
    else if (to === "failed") this.#facts.report("eml_file_failed", { file: name, taskId });
  }

  /** A dead letter that somebody retried is done now: people need not look at it any more. */
  async #moveRetried(rows: readonly JournalRow[]): Promise<string | undefined> {
    const done = rows.filter((row) => row.state === "done");
    if (done.length === 0) return undefined;
    const result = await moveRetried(this.#places, new Set(done.map((row) => tagOf(row.task.id))));
    return result.kind === "refused" ? result.reason : undefined;
  }

  /** What the file system refuses is tried again later, more and more patiently. */
  #considerRefusals(refusals: readonly string[], signal: AbortSignal): boolean {
    this.#ledger.unmarked = refusals.length;
    if (refusals.length === 0) {
      this.#refusals = 0;
      this.#refusal = undefined;
      return true;
    }
    this.#refusal = `${refusals.length} finished file(s) cannot be moved out of new/: ${refusals[0]}`;
    if (!this.#willRetry) this.#retryLater(this.#refusal, signal);
    return false;
  }

  #retryLater(sentence: string, signal: AbortSignal): void {
    const waitMs = backoffDelay(backoff, this.#refusals, this.#random);
    this.#facts.report("eml_move_refused", { sentence, waitMs });
    this.#refusals += 1;
    this.#willRetry = true;
    void sleep(this.#clock, waitMs, signal).then(() => {
      this.#willRetry = false;
      this.#news.wake();
    });
  }
}

/** Says that a row waits for the files of this run to be read; nothing is refused. */
const notYetFound = "";

function listed(reason: string | undefined): readonly string[] {
  return reason === undefined ? [] : [reason];
}
