import { RuntimeError } from "../base/runtime_error.ts";

/** A handler publishes into a queue that the configuration does not have. */
export class UnitUnknownError extends RuntimeError {
  readonly code = "UNIT_UNKNOWN";
  override readonly failureClass = "permanent";

  constructor(role: string, name: string, known: Iterable<string>) {
    super(`There is no ${role} "${name}" in the configuration. Known: ${[...known].sort().join(", ") || "none"}.`);
  }
}

/** A unit that others need is in the configuration, but does not run. */
export class UnitNotStartedError extends RuntimeError {
  readonly code = "UNIT_NOT_STARTED";
  override readonly failureClass = "outage";

  constructor(role: string, name: string, why: string) {
    super(`It needs the ${role} "${name}", which did not start: ${why}`);
  }
}

/** Units did not start at boot; after it they would be `failed` and the others live. */
export class UnitsFailedError extends RuntimeError {
  readonly code = "UNITS_FAILED";

  constructor(failed: ReadonlyMap<string, string>) {
    super([...failed].map(([unit, reason]) => `${unit}: ${reason}`).join("; "));
  }
}

/** A unit needs something the application does not provide. */
export class PartMissingError extends RuntimeError {
  readonly code = "PART_MISSING";

  constructor(unit: string, part: "journal" | "blob store") {
    super(
      `${unit} needs a ${part}, but the application provides none. Give RuntimeManager one through its \`infrastructure\`, for example from adapters/journal_sqlite or adapters/blob_folder.`,
    );
  }
}

/** A queue holds tasks that would be lost, or left where nobody looks for them, if it were removed or replaced now. */
export class QueueNotEmptyError extends RuntimeError {
  readonly code = "QUEUE_NOT_EMPTY";

  constructor(queue: string, held: { readonly tasks: number; readonly deadLetters: number }, keptIn = "memory") {
    const { tasks, deadLetters } = held;
    super(
      `Queue "${queue}" still holds ${tasks} tasks and ${deadLetters} dead letters in ${keptIn}, where nobody would work on them after this change. Pause its sources and let it drain, retry or discard its dead letters, then reload again; or leave it as it is and give the new queue another name.`,
    );
  }
}
