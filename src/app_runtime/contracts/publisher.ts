import type { Task, TaskDraft, TraceCarrier } from "./task.ts";
import type { PublishResult } from "./task_queue.ts";

/** A source's way into its queue: bounded, traced, and stamped with the config version. */
export interface Publisher {
  readonly queue: string;
  /** Completes a draft into a task, with a PRODUCER span in its carrier. @throws {TaskInvalidError} */
  prepare(draft: TaskDraft, parent?: TraceCarrier): Task;
  /** Waits while the queue is full. @throws the signal's reason when it aborts, {QueueClosedError} */
  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult>;
  /** Tasks the queue would take now without waiting; how far a source may read ahead. */
  room(): number;
}
