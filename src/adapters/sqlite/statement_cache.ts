import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { SqlResult, SqlRow, SqlValue } from "./sql_statement.ts";

interface Prepared {
  readonly statement: StatementSync;
  readonly returnsRows: boolean;
}

const limit = 256;

/** Keeps statements prepared: preparing costs several times what running does. */
export class StatementCache {
  readonly #database: DatabaseSync;
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  run(sql: string, params: readonly SqlValue[]): SqlResult {
    const { statement, returnsRows } = this.#get(sql);
    if (!returnsRows) return { changes: Number(statement.run(...params).changes), rows: [] };
    const rows = statement.all(...params) as SqlRow[];
    return { changes: rows.length, rows };
  }

  #get(sql: string): Prepared {
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    const prepared = { statement, returnsRows: statement.columns().length > 0 };
    const oldest = this.#prepared.size < limit ? undefined : this.#prepared.keys().next().value;
    if (oldest !== undefined) this.#prepared.delete(oldest);
    this.#prepared.set(sql, prepared);
    return prepared;
  }
}
