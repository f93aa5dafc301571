import type { DatabaseSync } from "node:sqlite";

/**
 * What an owner of tables does in the database's thread, inside the transaction of its call: decisions that would need
 * several answers from the main thread. Arguments and results are posted, so they are plain data. A procedure that throws is
 * rolled back, and may be run again with the same arguments: it keeps nothing in memory that its call would have to undo.
 */
export type ThreadProcedures = Readonly<Record<string, (argument: never) => unknown>>;

/** A module with procedures exports this as `openProcedures`. */
export type OpenProcedures = (database: DatabaseSync, settings: unknown) => ThreadProcedures;

/** Where the thread finds them, and what it gives to `openProcedures`. */
export interface ProcedureModule {
  /** URL of a module whose dependencies can be loaded in the thread. */
  readonly href: string;
  readonly settings: unknown;
}
