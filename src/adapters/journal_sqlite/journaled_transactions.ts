import type { UnitOfWork } from "../../app_runtime/contracts/journal.ts";
import type { SqlResult, SqlRow, SqlStatement, SqlValue } from "./sql_statement.ts";
import type { SqliteDatabase } from "./sqlite_database.ts";
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
   * One transaction, durable when it resolves; with `alsoDone` it also finishes that task, or nothing is written. With
   * `durable: false` it survives the death of the process, but perhaps not of the machine.
   * @throws {UnitOfWorkClosedError} when the task is no longer the caller's to finish.
   */
  write(
    statements: readonly SqlStatement[],
    options: { readonly alsoDone?: UnitOfWork; readonly durable?: boolean } = {},
  ): Promise<readonly SqlResult[]> {
    const { alsoDone, durable } = options;
    if (alsoDone !== undefined) return this.#journal.writeAndFinish(statements, alsoDone);
    return this.#database.write(statements, durable === undefined ? {} : { durable });
  }

  /** One SELECT over what is committed. */
  read(sql: string, params?: readonly SqlValue[]): Promise<readonly SqlRow[]> {
    return this.#database.read(sql, params);
  }
}
