import type { Clock } from "../../app_runtime/base/clock.ts";
import { sleep } from "../../app_runtime/base/sleep.ts";
import type { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { Journal, JournalState } from "../../app_runtime/contracts/journal.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import { createFolder } from "./commands/create_folder.ts";
import { moveMails } from "./commands/move_mails.ts";
import { searchFlagged } from "./commands/search_flagged.ts";
import type { ImapFactReporter } from "./imap_facts.ts";
import type { ImapConfig } from "./imap_schema.ts";
import { taskIdOf, type Uid } from "./mailbox_key.ts";
import { MoveLane } from "./move_lane.ts";
import { moveRefusedSentence, noMoveSentence } from "./move_sentences.ts";
import type { Generation, OpenMailbox } from "./open_mailbox.ts";

/** Ids asked for at once. */
const pageLength = 500;

/**
 * Moves finished mails out of the folder, after they are marked and the journal is told: a move is tidying, the mark is what
 * counts. What a crash kept from being moved is found again by its mark.
 */
export class MailMover {
  readonly #config: ImapConfig;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #news: WakeUp;
  readonly #facts: ImapFactReporter;
  readonly #random: () => number;
  readonly #lanes: readonly MoveLane[];
  #swept: Generation | undefined;
  #cannotMove: string | undefined;

  /** `news` wakes the settler when a lane has rested. */
  constructor(parts: {
    readonly config: ImapConfig;
    readonly journal: Journal;
    readonly clock: Clock;
    readonly news: WakeUp;
    readonly facts: ImapFactReporter;
    readonly random: () => number;
  }) {
    this.#config = parts.config;
    this.#journal = parts.journal;
    this.#clock = parts.clock;
    this.#news = parts.news;
    this.#facts = parts.facts;
    this.#random = parts.random;
    this.#lanes = lanesOf(parts.config);
  }

  /** Why finished mails stay where they are, in a sentence. */
  get trouble(): string | undefined {
    return this.#cannotMove ?? this.#lanes.find((lane) => lane.trouble !== undefined)?.trouble;
  }

  /** Whether mails are moved that end so. */
  moves(state: JournalState): boolean {
    return this.#lanes.some((lane) => lane.state === state);
  }

  /** One batch for each folder. Answers whether more wait that may be moved now. */
  async move(mailbox: OpenMailbox, signal: AbortSignal): Promise<boolean> {
    if (this.#lanes.length === 0 || !this.#isAble(mailbox)) return false;
    await this.#sweep(mailbox);
    let more = false;
    for (const lane of this.#lanes) more = (await this.#moveSome(mailbox, lane, signal)) || more;
    return more;
  }

  #isAble({ canMove }: OpenMailbox): boolean {
    const sentence = canMove ? undefined : noMoveSentence(this.#config.folder);
    if (sentence !== undefined && this.#cannotMove === undefined) {
      this.#facts.report("imap_move_impossible", { sentence });
    }
    this.#cannotMove = sentence;
    return canMove;
  }

  /** Once for each generation of the folder: what was finished and marked before, by this run or one that crashed. */
  async #sweep(mailbox: OpenMailbox): Promise<void> {
    const { connection, generation, floor, doneFlag } = mailbox;
    if (this.#swept === generation) return;
    for (const { state } of this.#lanes) {
      const flag = state === "done" ? doneFlag : this.#config.deadLetterKeyword;
      const marked = await searchFlagged(connection, flag, floor);
      for (let at = 0; at < marked.length; at += pageLength) {
        const page = marked.slice(at, at + pageLength);
        const states = await this.#statesOf(generation, page);
        generation.moveLater(
          state,
          page.filter((uid) => states.get(taskIdOf(generation.key, uid)) === state),
        );
      }
    }
    this.#swept = generation;
  }

  async #moveSome(mailbox: OpenMailbox, lane: MoveLane, signal: AbortSignal): Promise<boolean> {
    const { connection, generation } = mailbox;
    const pending = generation.toMove[lane.state];
    const uids = await this.#withoutRevived(generation, lane.next(pending), pending);
    // Nothing waits any more, whatever was refused before.
    if (pending.size === 0) lane.worked();
    if (uids.length === 0) return false;
    const { refused, refusal, folderMissing } = await moveMails(connection, uids, lane.folder, generation.copied);
    for (const uid of uids) pending.delete(uid);
    if (refused.length === 0) lane.worked();
    else {
      // Behind the others: what was refused once may be so for ever.
      for (const uid of refused) pending.add(uid);
      const made = folderMissing && (await this.#createFolder(mailbox, lane));
      if (!made) this.#rest(lane, { tried: uids.length, mails: pending.size, refusal, folderMissing }, signal);
    }
    return pending.size > 0 && !lane.isResting;
  }

  /** A dead letter that somebody has retried meanwhile is in hand again and stays where it is. */
  async #withoutRevived(generation: Generation, uids: readonly Uid[], pending: Set<Uid>): Promise<readonly Uid[]> {
    if (uids.length === 0) return uids;
    const states = await this.#statesOf(generation, uids);
    const isInHand = (uid: Uid) => states.get(taskIdOf(generation.key, uid)) === "offered";
    for (const uid of uids) if (isInHand(uid)) pending.delete(uid);
    return uids.filter((uid) => !isInHand(uid));
  }

  async #createFolder({ connection }: OpenMailbox, lane: MoveLane): Promise<boolean> {
    if (!this.#config.createFolders || !lane.takeCreation()) return false;
    const { folder } = lane;
    const refusal = await createFolder(connection, folder);
    if (refusal === undefined) this.#facts.report("imap_folder_created", { folder });
    else this.#facts.report("imap_folder_refused", { folder, refusal });
    return refusal === undefined;
  }

  #rest(
    lane: MoveLane,
    refused: {
      readonly tried: number;
      readonly mails: number;
      readonly refusal: string;
      readonly folderMissing: boolean;
    },
    signal: AbortSignal,
  ): void {
    const sentence = moveRefusedSentence({ ...refused, from: this.#config.folder, to: lane.folder });
    const waitMs = lane.refused(sentence, refused.tried, this.#random);
    this.#facts.report("imap_move_refused", { sentence, mails: refused.mails, waitMs });
    void sleep(this.#clock, waitMs, signal).then(() => {
      lane.rested();
      this.#news.wake();
    });
  }

  #statesOf({ key }: Generation, uids: readonly Uid[]): Promise<ReadonlyMap<TaskId, JournalState>> {
    return this.#journal.statesOf(uids.map((uid) => taskIdOf(key, uid)));
  }
}

function lanesOf({ afterDone, doneFolder, afterFailure, failedFolder, settleBatch: most }: ImapConfig): MoveLane[] {
  const lanes: MoveLane[] = [];
  if (afterDone === "move" && doneFolder !== undefined) {
    lanes.push(new MoveLane({ folder: doneFolder, state: "done", most }));
  }
  if (afterFailure === "move" && failedFolder !== undefined) {
    lanes.push(new MoveLane({ folder: failedFolder, state: "dead", most }));
  }
  return lanes;
}
