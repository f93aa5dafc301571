import type { UnitOfWork } from "../../app_runtime/contracts/journal.ts";
import type { LeaseClaim } from "../../app_runtime/contracts/lease.ts";

export type SqlValue = null | number | bigint | string | Uint8Array;

export interface SqlStatement {
  readonly sql: string;
  readonly params?: readonly SqlValue[];
  /** A guard: unless the statement changes exactly this many rows, the whole transaction is rolled back. */
  readonly expectChanges?: number;
}

export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface SqlResult {
  readonly changes: number;
  readonly rows: readonly SqlRow[];
}

/** The database as the order tables need it: SQLite's dialect, one transaction per call. */
export interface SqlTransactions {
  /**
   * All statements or none, durable when it resolves unless told otherwise; `alsoDone` finishes its task in the same
   * transaction; `under` a lease that another runtime has by now it throws LeaseFencedError.
   */
  write(
    statements: readonly SqlStatement[],
    options?: { readonly alsoDone?: UnitOfWork; readonly durable?: boolean; readonly under?: LeaseClaim },
  ): Promise<readonly SqlResult[]>;
  read(sql: string, params?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
}

/** Which statement's `expectChanges` did not hold; undefined for any other failure. */
export function unmetStatement(thrown: unknown): number | undefined {
  if (!(thrown instanceof Error) || Reflect.get(thrown, "code") !== "SQL_UNEXPECTED_CHANGES") return undefined;
  return Number(Reflect.get(thrown, "statement"));
}

/** The database did not answer: what was written may be there, and nobody tells. */
export function isOutcomeUnknown(thrown: unknown): boolean {
  return thrown instanceof Error && Reflect.get(thrown, "code") === "DATABASE_UNAVAILABLE";
}
