import type { ConfigOf, Schema } from "../contracts/config_schema.ts";

/** One pool of workers: `workers.<name>`. */
export const workerSchema = {
  queue: { doc: "Name of the queue it takes tasks from.", format: "nonempty", default: null },
  handler: { doc: "Name of the handler that does them.", format: "nonempty", default: null },
  concurrency: { doc: "How many tasks it works on at once.", format: "count", min: 1, max: 1000, default: 8 },
  timeout: {
    doc: "A handler that runs longer is told to stop, and the attempt counts as failed.",
    format: "duration",
    min: "10ms",
    default: "60s",
  },
  abortGrace: {
    doc: "How long a handler may take to stop once it was told; then its slot is given to the next task.",
    format: "duration",
    default: "1s",
  },
  maxCrashes: {
    doc: "A task whose node process died this often while holding it becomes a dead letter (quarantine).",
    format: "count",
    min: 1,
    default: 5,
  },
  required: { doc: "Whether readiness depends on it.", format: "boolean", default: true },
} as const satisfies Schema;

export type WorkerConfig = ConfigOf<typeof workerSchema>;
