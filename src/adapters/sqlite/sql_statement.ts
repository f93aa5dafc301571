/** What SQLite can store. A Uint8Array is a BLOB. */
export type SqlValue = null | number | bigint | string | Uint8Array;

export interface SqlStatement {
  /** One statement, with `?` for each parameter. Texts should be constants: the thread keeps them prepared. */
  readonly sql: string;
  readonly params?: readonly SqlValue[];
  /** A guard: unless the statement changes exactly this many rows, the whole call is rolled back. */
  readonly expectChanges?: number;
}

export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface SqlResult {
  /** Rows inserted, updated or deleted; for a statement that returns rows, how many it returned. */
  readonly changes: number;
  /** What a SELECT or a RETURNING clause gave; integers beyond 2^53 are refused. */
  readonly rows: readonly SqlRow[];
}

/**
 * The schema of one owner of tables in a shared database file: step n brings version n - 1 to n. Steps that were published
 * are never edited, only followed by others.
 */
export interface SchemaMigrations {
  readonly owner: string;
  /** SQL scripts; each runs once, in its own transaction. */
  readonly steps: readonly string[];
}
