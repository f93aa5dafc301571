import { assertNever } from "../../app_runtime/base/assert_never.ts";
import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import type { SqlFailure } from "./thread_protocol.ts";

/** The database cannot be asked now: not open, closed, or its thread stopped answering. */
export class DatabaseUnavailableError extends RuntimeError {
  readonly code = "DATABASE_UNAVAILABLE";
  override readonly failureClass = "outage";

  constructor(path: string, why: string) {
    super(`The database ${path} is not available: ${why.replace(/\.$/, "")}.`);
  }
}

/** More calls wait for the database than it accepts. */
export class DatabaseOverloadedError extends RuntimeError {
  readonly code = "DATABASE_OVERLOADED";

  constructor(path: string, limit: number) {
    super(`${limit} calls already wait for the database ${path}; its disk is too slow for this load. Try again later.`);
  }
}

export class DatabaseFullError extends RuntimeError {
  readonly code = "DATABASE_FULL";
  override readonly failureClass = "outage";

  constructor(path: string) {
    super(`The disk of the database ${path} is full: nothing was written. Free space there; work goes on by itself.`);
  }
}

export class DatabaseLockedError extends RuntimeError {
  readonly code = "DATABASE_LOCKED";
  override readonly failureClass = "outage";

  constructor(path: string) {
    super(`Another program holds the database ${path} locked: nothing was written. Close that program.`);
  }
}

export class DatabaseDamagedError extends RuntimeError {
  readonly code = "DATABASE_DAMAGED";
  override readonly failureClass = "outage";

  constructor(path: string, detail: string) {
    super(`${path} is not a sound SQLite database (${detail}). Move it away and restore a backup.`);
  }
}

/** The file cannot be opened, read or written at all. */
export class DatabaseAccessError extends RuntimeError {
  readonly code = "DATABASE_ACCESS";
  override readonly failureClass = "outage";

  constructor(path: string, detail: string) {
    super(`The database ${path} cannot be used (${detail}). Check that the folder exists, its owner and its disk.`);
  }
}

/** A later version of the program has written this file. */
export class DatabaseNewerError extends RuntimeError {
  readonly code = "DATABASE_NEWER";
  override readonly failureClass = "permanent";

  constructor(path: string, owner: string, found: number, known: number) {
    super(
      `The database ${path} has version ${found} of the "${owner}" tables; this program knows ${known}. Start the newer program, or restore a backup.`,
    );
  }
}

/** A row breaks a UNIQUE, NOT NULL, CHECK or FOREIGN KEY rule; the call was rolled back. */
export class SqlConstraintError extends RuntimeError {
  readonly code = "SQL_CONSTRAINT";
  override readonly failureClass = "permanent";

  constructor(path: string, detail: string) {
    super(`The database ${path} refused a row: ${detail}. The call was rolled back.`);
  }
}

/** A statement's `expectChanges` did not hold; the call was rolled back. */
export class UnexpectedChangesError extends RuntimeError {
  readonly code = "SQL_UNEXPECTED_CHANGES";
  /** Index of the statement within the call. */
  readonly statement: number;
  readonly #counts: readonly [path: string, expected: number, actual: number];

  constructor(path: string, statement: number, expected: number, actual: number) {
    super(
      `Statement ${statement} of a call to ${path} changed ${actual} rows instead of ${expected}; it was rolled back.`,
    );
    this.statement = statement;
    this.#counts = [path, expected, actual];
  }

  /** The same for a caller who does not know of `hidden` statements in front of its own. */
  withoutFirst(hidden: number): UnexpectedChangesError {
    const [path, expected, actual] = this.#counts;
    return new UnexpectedChangesError(path, this.statement - hidden, expected, actual);
  }
}

/** Any other refusal; the statement is wrong. */
export class SqlError extends RuntimeError {
  readonly code = "SQL_FAILED";

  constructor(path: string, detail: string) {
    super(`A statement on ${path} failed: ${detail}. Its call was rolled back.`);
  }
}

/** The typed error of what the thread reported. */
export function errorOf(path: string, failure: SqlFailure): RuntimeError {
  switch (failure.kind) {
    case "sqlite":
      return errorOfResultCode(path, failure.errcode, failure.message);
    case "changes":
      return new UnexpectedChangesError(path, failure.statement, failure.expected, failure.actual);
    case "newer":
      return new DatabaseNewerError(path, failure.owner, failure.found, failure.known);
    case "other":
      return new SqlError(path, failure.message);
    default:
      return assertNever(failure);
  }
}

/** Result codes: https://www.sqlite.org/rescode.html; the low byte is the primary code. */
function errorOfResultCode(path: string, errcode: number, message: string): RuntimeError {
  switch (errcode & 0xff) {
    case 13:
      return new DatabaseFullError(path);
    case 5:
    case 6:
      return new DatabaseLockedError(path);
    case 11:
    case 26:
      return new DatabaseDamagedError(path, message);
    case 3:
    case 8:
    case 10:
    case 14:
      return new DatabaseAccessError(path, message);
    case 19:
      return new SqlConstraintError(path, message);
    default:
      return new SqlError(path, message);
  }
}
