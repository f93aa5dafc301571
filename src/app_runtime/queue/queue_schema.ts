import type { ConfigOf, Schema } from "../contracts/config_schema.ts";
import { type QueueSettings, queueCapabilities } from "../contracts/task_queue.ts";
import type { RetryPolicy } from "./retry_policy.ts";

const rateLimitSchema = {
  tasks: { doc: "At most this many hand-outs ...", format: "count", min: 1, default: null },
  per: { doc: "... within any window of this length.", format: "duration", min: "1ms", default: null },
} as const satisfies Schema;

const retrySchema = {
  attempts: { doc: "How often a task is tried before it becomes a dead letter.", format: "count", min: 1, default: 5 },
  initialDelay: {
    doc: "Pause before the second attempt; it doubles with each further one.",
    format: "duration",
    default: "1s",
  },
  maxDelay: { doc: "Longest pause between two attempts.", format: "duration", default: "5m" },
  jitter: {
    doc: "Share by which each pause is spread, so that many do not retry as one.",
    format: "ratio",
    default: 0.1,
  },
} as const satisfies Schema;

/** What every queue understands, whatever its adapter. */
export const queueSchema = {
  capacity: {
    doc: "Publishing waits while this many tasks are in the queue: that is the backpressure.",
    format: "count",
    min: 1,
    max: 1_000_000,
    default: 1000,
  },
  lease: {
    doc: "A task whose worker neither finishes it nor renews its lease for this long is handed out again.",
    format: "duration",
    min: "100ms",
    default: "10s",
  },
  retry: { doc: "When a handler fails.", format: "section", of: retrySchema },
  groupLimit: { doc: "Of one group of tasks at most this many run at once.", format: "count", min: 1, default: 1 },
  rateLimit: { doc: "Limits how fast tasks are handed out.", format: "section", of: rateLimitSchema, optional: true },
  rememberFinished: {
    doc: "How many ids of finished tasks are remembered to recognise a late duplicate.",
    format: "count",
    max: 1_000_000,
    default: 10_000,
  },
  requires: {
    doc: "What this deployment relies on: an adapter that cannot promise it is refused before anything starts. `survives-crash`: accepted tasks outlive the node process; `shared-by-processes`: several runtimes take tasks out of one queue.",
    format: "list",
    of: queueCapabilities,
    default: [],
  },
  maxDeadLetters: {
    doc: "Beyond this many the oldest dead letter is dropped.",
    format: "count",
    min: 1,
    default: 10_000,
  },
} as const satisfies Schema;

export type QueueConfig = ConfigOf<typeof queueSchema>;

/** What an adapter needs of it. */
export function queueSettings(config: QueueConfig): QueueSettings {
  return {
    capacity: config.capacity,
    leaseMs: config.lease,
    groupLimit: config.groupLimit,
    rememberFinished: config.rememberFinished,
    maxDeadLetters: config.maxDeadLetters,
    ...(config.rateLimit === undefined
      ? {}
      : { rateLimit: { tasks: config.rateLimit.tasks, perMs: config.rateLimit.per } }),
  };
}

/** What a worker needs of it. */
export function retryPolicy(config: QueueConfig): RetryPolicy {
  const { attempts, initialDelay, maxDelay, jitter } = config.retry;
  return { attempts, initialDelayMs: initialDelay, maxDelayMs: maxDelay, factor: 2, jitter };
}
