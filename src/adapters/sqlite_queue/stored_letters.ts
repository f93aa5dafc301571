import {
  type DeadLetter,
  type DeadLetterReason,
  DeadLetterUnknownError,
} from "../../app_runtime/contracts/dead_letter.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import type { SqliteDatabase, SqlRow } from "../sqlite/index.ts";
import type { Step, StepResult } from "./queue_protocol.ts";
import { taskOf, unreadableTask } from "./task_row.ts";

const columns = "id, source, reason, detail, attempts, died_at, body";

const newest = `SELECT ${columns} FROM dead_letter ORDER BY number DESC LIMIT ? OFFSET ?`;
const ofId = `SELECT ${columns} FROM dead_letter WHERE id = ?`;

/** The dead letters of a queue, as its callers see them. */
export class StoredLetters {
  readonly #queue: string;
  readonly #database: SqliteDatabase;
  readonly #do: (step: () => Step) => Promise<StepResult>;

  constructor(parts: {
    readonly queue: string;
    readonly database: SqliteDatabase;
    readonly do: (step: () => Step) => Promise<StepResult>;
  }) {
    this.#queue = parts.queue;
    this.#database = parts.database;
    this.#do = parts.do;
  }

  async list({ offset, limit }: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]> {
    return (await this.#database.read(newest, [limit, offset])).map(letterOf);
  }

  async find(id: TaskId): Promise<DeadLetter | undefined> {
    const [row] = await this.#database.read(ofId, [id]);
    return row && letterOf(row);
  }

  async retry(id: TaskId): Promise<void> {
    if (!(await this.#do(() => ({ kind: "retry_letter", id })))) throw new DeadLetterUnknownError(this.#queue, id);
  }

  async discard(id: TaskId): Promise<void> {
    if (!(await this.#do(() => ({ kind: "discard_letter", id })))) throw new DeadLetterUnknownError(this.#queue, id);
  }
}

function letterOf(row: SqlRow): DeadLetter {
  const [id, source, body] = [String(row.id), String(row.source), String(row.body)];
  return {
    task: taskOf(id, body) ?? unreadableTask(id, source, body),
    reason: row.reason as DeadLetterReason,
    detail: String(row.detail),
    attempts: Number(row.attempts),
    diedAt: Number(row.died_at),
  };
}
