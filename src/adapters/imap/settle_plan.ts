import type { JournalRow } from "../../app_runtime/contracts/journal.ts";
import { type MailboxKey, type Uid, uidOf } from "./mailbox_key.ts";

/** What to mark for finished journal rows. Rows of another folder or generation have no mail here any more. */
export interface SettlePlan {
  readonly done: readonly Uid[];
  readonly failed: readonly Uid[];
}

/** Done is marked as read; dead is marked as failed and stays unread. */
export function settlePlan(rows: readonly JournalRow[], key: MailboxKey): SettlePlan {
  const mailsIn = (state: JournalRow["state"]) =>
    rows.flatMap((row) => {
      const uid = row.state === state ? uidOf(key, row.task.id) : undefined;
      return uid === undefined ? [] : [uid];
    });
  return { done: mailsIn("done"), failed: mailsIn("dead") };
}

/** The rows whose source is told, although these mails could not be marked. */
export function toldRows(rows: readonly JournalRow[], refused: readonly Uid[], key: MailboxKey): readonly JournalRow[] {
  const unmarked = new Set<Uid | undefined>(refused);
  return rows.filter((row) => !unmarked.has(uidOf(key, row.task.id)));
}
