import type { MessagePort } from "node:worker_threads";
import type { SchemaMigrations, SqlRow, SqlStatement, SqlValue } from "./sql_statement.ts";
import type { ProcedureModule } from "./thread_procedures.ts";

/** What the thread needs to open the database. */
export interface ThreadSettings {
  readonly path: string;
  readonly migrations: readonly SchemaMigrations[];
  /** How long SQLite waits for another process that holds the file. */
  readonly busyTimeoutMs: number;
  /** An upper bound on the file, in pages of 4 kB; 0 is SQLite's own. */
  readonly maxPages: number;
  readonly procedures?: ProcedureModule;
}

/** What the thread is given at its start, with the port for its answers. */
export interface ThreadData {
  readonly settings: ThreadSettings;
  readonly answers: MessagePort;
}

/** One transaction: statements, or a procedure of the thread. */
export type WireWrite = { readonly durable: boolean } & (
  | { readonly statements: readonly SqlStatement[] }
  | { readonly procedure: string; readonly argument: unknown }
);

export interface WireRead {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

export type SqlFailure =
  | { readonly kind: "sqlite"; readonly errcode: number; readonly message: string }
  | { readonly kind: "changes"; readonly statement: number; readonly expected: number; readonly actual: number }
  | { readonly kind: "newer"; readonly owner: string; readonly found: number; readonly known: number }
  | { readonly kind: "other"; readonly message: string };

export type Answer<T> = { readonly value: T } | { readonly failure: SqlFailure };

/** One message carries everything that was waiting: posting costs more than most statements. */
export type ToThread =
  | { readonly kind: "work"; readonly reads: readonly WireRead[]; readonly writes: readonly WireWrite[] }
  | { readonly kind: "close" };

/** Whether the file could be opened; it comes through the port that every thread has. */
export type FirstWord = { readonly kind: "opened" } | { readonly kind: "open_failed"; readonly failure: SqlFailure };

export type ThreadAnswer =
  | { readonly kind: "read"; readonly answers: readonly Answer<readonly SqlRow[]>[] }
  | { readonly kind: "written"; readonly answers: readonly Answer<unknown>[] };
