import type { UnitOfWork } from "../../app_runtime/contracts/journal.ts";
import type { LeaseClaim } from "../../app_runtime/contracts/lease.ts";
import type { SqliteDatabase, SqlResult, SqlRow, SqlStatement, SqlValue } from "../sqlite/index.ts";
import { guardOf, writeGuarded } from "./fences.ts";
import type { SqliteJournal } from "./sqlite_journal.ts";

/** The application's way to its own tables: transactions that can carry a task's `done`. Errors: sqlite_errors.ts. */
export class JournaledTransactions {
  readonly #database: SqliteDatabase;
  readonly #journal: SqliteJournal;

  constructor(parts: { readonly database: SqliteDatabase; readonly journal: SqliteJournal }) {
    this.#database = parts.database;
    this.#journal = parts.journal;
  }

  /**
   * One transaction, durable when it resolves; with `alsoDone` it also finishes that task and
   * writes its follow-ups, or nothing is written. With
   * `durable: false` it survives the death of the process, but perhaps not of the machine; `under` a lease nothing is
   * written unless the claim is the current one.
   * @throws {UnitOfWorkClosedError} when the task is no longer the caller's to finish; {LeaseFencedError}.
   */
  write(
    statements: readonly SqlStatement[],
    options: { readonly alsoDone?: UnitOfWork; readonly durable?: boolean; readonly under?: LeaseClaim } = {},
  ): Promise<readonly SqlResult[]> {
    const { alsoDone, durable, under } = options;
    if (alsoDone !== undefined) return this.#journal.writeAndFinish(statements, alsoDone);
    const guards = under === undefined ? [] : [guardOf(under)];
    return writeGuarded(this.#database, guards, statements, durable === undefined ? {} : { durable });
  }

  /** One SELECT over what is committed. */
  read(sql: string, params?: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.#database.read(sql, params);
  }
}
