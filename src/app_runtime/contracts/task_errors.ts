import { RuntimeError } from "../base/runtime_error.ts";

/** A draft that cannot become a task: no id, a payload that is not JSON or is over the inline limit. */
export class TaskInvalidError extends RuntimeError {
  readonly code = "TASK_INVALID";
  override readonly failureClass = "permanent";
}

/** A handler answered with something that is no Outcome: it forgot to return one. The attempt has failed. */
export class AnswerInvalidError extends RuntimeError {
  readonly code = "HANDLER_ANSWER";

  constructor(taskId: string, answer: unknown) {
    const got = answer === undefined ? "nothing" : `a value of type ${answer === null ? "null" : typeof answer}`;
    super(
      `The handler answered task ${taskId} with ${got}. It must return done, retry or reject; a delay is a number of milliseconds.`,
    );
  }
}

export type AbortReason = "lease-lost" | "source-lost" | "timeout" | "shutdown";

const abortSentence: Readonly<Record<AbortReason, string>> = {
  "lease-lost": "its lease ran out and another worker may hold it. Split the handler or raise the queue's lease",
  "source-lost": "another runtime works its source now",
  timeout: "it ran longer than the worker's `timeout`. Raise it or split the handler",
  shutdown: "the runtime is stopping. It was put back without burning an attempt",
};

/** Whether the task is somebody else's now, so that nothing may be recorded. */
export function isLoss(reason: AbortReason | undefined): boolean {
  return reason === "lease-lost" || reason === "source-lost";
}

/** Why a delivery's signal aborted; it is the signal's `reason`. */
export class TaskAbortedError extends RuntimeError {
  readonly code = "TASK_ABORTED";
  readonly reason: AbortReason;

  constructor(taskId: string, reason: AbortReason) {
    super(`Task ${taskId} was stopped: ${abortSentence[reason]}.`);
    this.reason = reason;
  }
}
