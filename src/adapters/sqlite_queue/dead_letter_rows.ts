import type { DeadLetter, DeadLetterReason } from "../../app_runtime/contracts/dead_letter.ts";
import type { SqlRow } from "../sqlite/index.ts";
import { taskOf, unreadableTask } from "./task_row.ts";

const columns = "id, source, reason, detail, attempts, died_at, body";

export const newestLetters = `SELECT ${columns} FROM dead_letter ORDER BY number DESC LIMIT ? OFFSET ?`;
export const letterOfId = `SELECT ${columns} FROM dead_letter WHERE id = ?`;

export function letterOf(row: SqlRow): DeadLetter {
  const [id, source, body] = [String(row.id), String(row.source), String(row.body)];
  return {
    task: taskOf(id, body) ?? unreadableTask(id, source, body),
    reason: row.reason as DeadLetterReason,
    detail: String(row.detail),
    attempts: Number(row.attempts),
    diedAt: Number(row.died_at),
  };
}
