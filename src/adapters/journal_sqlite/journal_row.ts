import type { DeadLetterReason } from "../../app_runtime/contracts/dead_letter.ts";
import type { JournalRow, JournalState } from "../../app_runtime/contracts/journal.ts";
import type { Task } from "../../app_runtime/contracts/task.ts";
import type { SqlRow } from "../sqlite/index.ts";

/** What `journalRowOf` needs of a row. */
export const journalColumns =
  "task, queue, fingerprint, state, hand_outs, offered_at, ended_at, settled_at, reason, detail, attempts";

export function journalRowOf(row: SqlRow): JournalRow {
  return {
    task: JSON.parse(String(row.task)) as Task,
    queue: String(row.queue),
    ...(row.fingerprint !== null && { fingerprint: String(row.fingerprint) }),
    state: row.state as JournalState,
    handOuts: Number(row.hand_outs),
    offeredAt: Number(row.offered_at),
    ...(row.ended_at !== null && { endedAt: Number(row.ended_at) }),
    ...(row.settled_at !== null && { settledAt: Number(row.settled_at) }),
    ...(row.reason !== null && { reason: row.reason as DeadLetterReason }),
    ...(row.detail !== null && { detail: String(row.detail) }),
    ...(row.attempts !== null && { attempts: Number(row.attempts) }),
  };
}
