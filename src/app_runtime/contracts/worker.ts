import type { TaskId } from "./task.ts";

export type WorkerState =
  | { readonly kind: "idle" }
  | { readonly kind: "busy"; readonly taskId: TaskId; readonly since: number }
  | { readonly kind: "stopped"; readonly failure?: string };

/** Takes one task at a time from a queue and passes it to a handler. Source: seed 003, "Worker". */
export interface Worker {
  readonly name: string;
  readonly state: WorkerState;
  /** Works until `signal` aborts or the queue closes; resolves when the outcome of its last task is recorded. */
  run(signal: AbortSignal): Promise<void>;
}
