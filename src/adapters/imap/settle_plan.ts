import type { JournalRow } from "../../app_runtime/contracts/journal.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import { type MailboxKey, type Uid, uidOf } from "./mailbox_key.ts";

/** What to mark for finished journal rows. */
export interface SettlePlan {
  readonly seen: readonly Uid[];
  readonly failed: readonly Uid[];
}

/** The mails of one row: its own, unless it belongs to another folder or generation, and its twins. */
export function mailsOf(id: TaskId, key: MailboxKey, twins: ReadonlyMap<TaskId, readonly Uid[]>): readonly Uid[] {
  const own = uidOf(key, id);
  const others = twins.get(id) ?? [];
  return own === undefined ? others : [own, ...others];
}

/** Done is marked as read; dead is marked as failed and stays unread. */
export function settlePlan(
  rows: readonly JournalRow[],
  key: MailboxKey,
  twins: ReadonlyMap<TaskId, readonly Uid[]>,
): SettlePlan {
  const mailsIn = (state: JournalRow["state"]) =>
    rows.filter((row) => row.state === state).flatMap((row) => mailsOf(row.task.id, key, twins));
  return { seen: mailsIn("done"), failed: mailsIn("dead") };
}

/** The rows whose source is told once these mails could not be marked: all but theirs. */
export function toldRows(
  rows: readonly JournalRow[],
  refused: readonly Uid[],
  key: MailboxKey,
  twins: ReadonlyMap<TaskId, readonly Uid[]>,
): readonly JournalRow[] {
  const unmarked = new Set(refused);
  return rows.filter((row) => !mailsOf(row.task.id, key, twins).some((uid) => unmarked.has(uid)));
}
