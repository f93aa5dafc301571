import type { JournalRow } from "../../app_runtime/contracts/journal.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import type { ImapConnection } from "./imap_connection.ts";
import type { MailboxKey, Uid } from "./mailbox_key.ts";
import { UnseenMails } from "./unseen_mails.ts";

/** One generation of the folder, over all connections that see the same UIDVALIDITY. */
export class Generation {
  readonly key: MailboxKey;
  readonly unseen = new UnseenMails();
  /** Mails that are left alone because they are older than what is taken. */
  tooOld = 0;
  readonly #doneAgain = new Set<Uid>();
  readonly #failedAgain = new Set<Uid>();
  readonly #failed = new Set<Uid>();
  /** The same mail under another number, whose task is still on its way. */
  readonly #copies = new Map<Uid, TaskId>();
  /** Marked, and to be moved out of the folder; numbers only. */
  readonly toMove: Readonly<Record<"done" | "dead", Set<Uid>>> = { done: new Set(), dead: new Set() };
  /** Copied to where they are to be moved, and not yet taken away from here. */
  readonly copied = new Set<Uid>();
  readonly #onMarksWanted: () => void;

  /** `onMarksWanted` is called when there are mails to mark that no journal row asks for. */
  constructor(key: MailboxKey, onMarksWanted: () => void) {
    this.key = key;
    this.#onMarksWanted = onMarksWanted;
  }

  /** Done long ago, yet unread: to be marked, and never handled. */
  markDoneAgain(uid: Uid): void {
    this.#doneAgain.add(uid);
    this.#onMarksWanted();
  }

  /** Given up, yet not marked so. */
  markFailedAgain(uid: Uid): void {
    this.#failedAgain.add(uid);
    this.#onMarksWanted();
  }

  /** Nothing can be made of this mail: it stays unread, and is marked for a person to find. */
  giveUp(uid: Uid): void {
    this.unseen.giveUp(uid);
    this.markFailedAgain(uid);
  }

  /** It is on its way, also when it was given up before: a mark that still waits would call it failed. */
  offered(uid: Uid): void {
    this.unseen.offered(uid);
    this.#failedAgain.delete(uid);
    this.#copies.delete(uid);
  }

  /** Known under another number as `task`, which has not ended: it is marked as that one will be. */
  awaitEnd(uid: Uid, task: TaskId): void {
    this.#copies.set(uid, task);
  }

  /** Marks the copies of mails whose tasks have ended. Should one be missed, the next look finds it. */
  markCopies(rows: readonly JournalRow[]): void {
    const states = new Map(rows.map(({ task, state }) => [task.id, state]));
    for (const [uid, task] of this.#copies) {
      const state = states.get(task);
      if (state === undefined) continue;
      this.#copies.delete(uid);
      if (state === "dead") this.leaveDead(uid);
      else this.markDoneAgain(uid);
    }
  }

  /** Its task was given up: it is for people to look at, and not taken again. */
  leaveDead(uid: Uid): void {
    this.markFailedAgain(uid);
    this.unseen.leaveAlone(uid);
  }

  /** These carry the dead letter keyword. */
  carryKeyword(uids: readonly Uid[]): void {
    for (const uid of uids) this.#failed.add(uid);
  }

  /** Those of `uids` that may carry the keyword; asked before it is taken from them, and asked once. */
  takeCarriers(uids: readonly Uid[]): readonly Uid[] {
    return uids.filter((uid) => this.#failed.delete(uid));
  }

  /** Finished mails that wait to be moved. */
  get unmoved(): number {
    return this.toMove.done.size + this.toMove.dead.size;
  }

  moveLater(state: "done" | "dead", uids: readonly Uid[]): void {
    for (const uid of uids) this.toMove[state].add(uid);
  }

  /** Takes at most `limit` mails of each kind off the list of those to mark. */
  takeMarks(limit: number): { readonly done: readonly Uid[]; readonly failed: readonly Uid[] } {
    return { done: takeSome(this.#doneAgain, limit), failed: takeSome(this.#failedAgain, limit) };
  }
}

function takeSome(uids: Set<Uid>, limit: number): readonly Uid[] {
  const some = [...uids].slice(0, limit);
  for (const uid of some) uids.delete(uid);
  return some;
}

/** A folder that is selected on a live connection. */
export interface OpenMailbox {
  readonly connection: ImapConnection;
  readonly generation: Generation;
  /** Mails that arrived before are none of ours; milliseconds since 1970 UTC. */
  readonly floor: number;
  /** Whether the dead letter keyword can be stored. */
  readonly takesKeyword: boolean;
  /** Mails that carry it are done: \Seen, or a keyword of ours. */
  readonly doneFlag: string;
  /** Whether mails can be moved without touching anybody else's. */
  readonly canMove: boolean;
}

/** Where the parts of a source find the open mailbox, if there is one. */
export class MailboxSlot {
  #current: OpenMailbox | undefined;
  #next = Promise.withResolvers<OpenMailbox>();

  /** The open mailbox; undefined while there is no live connection. */
  get current(): OpenMailbox | undefined {
    return this.#current?.connection.ended.aborted ? undefined : this.#current;
  }

  /** Resolves with the open mailbox, now or after the next connect. */
  opened(): Promise<OpenMailbox> {
    const { current } = this;
    return current === undefined ? this.#next.promise : Promise.resolve(current);
  }

  set(mailbox: OpenMailbox): void {
    this.#current = mailbox;
    this.#next.resolve(mailbox);
    this.#next = Promise.withResolvers();
  }
}
