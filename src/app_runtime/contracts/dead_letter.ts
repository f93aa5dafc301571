import { RuntimeError } from "../base/runtime_error.ts";
import type { Task } from "./task.ts";

/** Why a task was given up. `crash-looping` is the quarantine: its worker died each time it held the task. */
export type DeadLetterReason = "exhausted" | "rejected" | "crash-looping";

/** A task given up, kept until somebody retries or discards it. */
export interface DeadLetter {
  readonly task: Task;
  readonly reason: DeadLetterReason;
  /** The handler's or the runtime's own words. */
  readonly detail: string;
  /** Attempts made before it was given up. */
  readonly attempts: number;
  /** Milliseconds since 1970 UTC. */
  readonly diedAt: number;
}

/** There is no dead letter with that id: it was retried, discarded, or never died. */
export class DeadLetterUnknownError extends RuntimeError {
  readonly code = "DEAD_LETTER_UNKNOWN";
  override readonly failureClass = "permanent";

  constructor(queue: string, taskId: string) {
    super(`Queue "${queue}" has no dead letter "${taskId}". List them first: it may have been retried or discarded.`);
  }
}
