import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import type { SqlFailure } from "./thread_protocol.ts";

/** Thrown inside the thread when `expectChanges` does not hold. */
export class UnmetExpectation extends Error {
  readonly failure: SqlFailure;

  constructor(statement: number, expected: number, actual: number) {
    super("a statement changed an unexpected number of rows");
    this.failure = { kind: "changes", statement, expected, actual };
  }
}

/** Thrown inside the thread when the file was written by a later version of its owner. */
export class NewerSchema extends Error {
  readonly failure: SqlFailure;

  constructor(owner: string, found: number, known: number) {
    super("the schema is newer than this program");
    this.failure = { kind: "newer", owner, found, known };
  }
}

/** What can be posted of an error: errors themselves lose their fields on the way. */
export function failureOf(thrown: unknown): SqlFailure {
  if (thrown instanceof UnmetExpectation || thrown instanceof NewerSchema) return thrown.failure;
  const errcode = thrown instanceof Error ? Reflect.get(thrown, "errcode") : undefined;
  if (typeof errcode === "number") return { kind: "sqlite", errcode, message: messageOf(thrown) };
  return { kind: "other", message: messageOf(thrown) };
}
