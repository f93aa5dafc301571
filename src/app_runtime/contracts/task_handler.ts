import type { Delivery } from "./delivery.ts";
import type { UnitOfWork } from "./journal.ts";
import type { Task, TaskDraft, TaskId } from "./task.ts";
import type { PublishResult } from "./task_queue.ts";
import type { Trace } from "./trace_factory.ts";

/** A handler's answer. A throw is a retry, unless the error's `failureClass` says otherwise. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "retry"; readonly reason: string; readonly delayMs?: number }
  | { readonly kind: "reject"; readonly reason: string };

export const done: Outcome = { kind: "done" };

export function retry(reason: string, delayMs?: number): Outcome {
  return delayMs === undefined ? { kind: "retry", reason } : { kind: "retry", reason, delayMs };
}

export function reject(reason: string): Outcome {
  return { kind: "reject", reason };
}

/** What a handler may use while it works on one task. Call its methods on it (`context.publish(...)`), not taken apart. */
export interface TaskContext {
  readonly delivery: Delivery;
  /** Aborts when the work must stop; the reason is a TaskAbortedError. */
  readonly signal: AbortSignal;
  readonly trace: Trace;
  /** Hand it to the transaction that carries the effect, so that effect and `done` commit together. */
  readonly unitOfWork: UnitOfWork;
  /**
   * Adds a task that comes into being if this one is done, and not otherwise: it is committed with `done` and with what
   * `unitOfWork` carries, goes into its queue after that, and comes back after a crash. A handler that answers retry or
   * reject has published nothing. Call it before the transaction; the id must be of its own and the same at each attempt.
   * @throws {UnitUnknownError}, {TaskInvalidError}, {FollowUpRefusedError}, {PartMissingError} without a journal.
   */
  followUp(queue: string, draft: TaskDraft): TaskId;
  /**
   * Publishes a task into a queue of this runtime at once, whatever becomes of this one; waits while that queue is full. For
   * what need not happen together with the effect: a crash right after it may repeat it or, before it, leave it out, and in a
   * queue that forgets it is lost with its node process. @throws {UnitUnknownError}
   */
  publish(queue: string, draft: TaskDraft): Promise<PublishResult>;
}

/**
 * Executes the business logic of one task. It may be run again for the same task id (at-least-once), so its effect must be
 * keyed by `task.id` or committed through `context.unitOfWork`. Source: seed 003, "TaskHandler".
 */
export interface TaskHandler {
  handle(task: Task, context: TaskContext): Promise<Outcome> | Outcome;
}
