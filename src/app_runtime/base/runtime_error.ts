/**
 * The root of every error this project throws on purpose. `code` is stable and listed in docs/errors.md; the message is a
 * sentence that names the place and the cure.
 */
export abstract class RuntimeError extends Error {
  abstract readonly code: string;

  /** How a worker treats it when a handler throws it: see contracts/task_handler. */
  readonly failureClass: FailureClass = "transient";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * `transient`: try again. `permanent`: trying again cannot help, so the task is rejected. `outage`: something outside is
 * down, so the pool pauses its sources and probes.
 */
export type FailureClass = "transient" | "permanent" | "outage";

/** The class of anything that was thrown; what we do not know is transient. */
export function failureClassOf(thrown: unknown): FailureClass {
  const named = typeof thrown === "object" && thrown !== null ? Reflect.get(thrown, "failureClass") : undefined;
  return named === "permanent" || named === "outage" ? named : "transient";
}

/** A sentence for anything that was thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message || thrown.name;
  return typeof thrown === "string" ? thrown : String(thrown);
}
