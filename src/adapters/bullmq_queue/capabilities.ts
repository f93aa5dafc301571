import type { QueueCapability } from "../../app_runtime/contracts/task_queue.ts";

/** Everything. What survives a crash of Redis itself depends on its persistence. */
export const bullmqQueueCapabilities: ReadonlySet<QueueCapability> = new Set([
  "survives-crash",
  "shared-by-processes",
  "order-key",
  "group-limit",
  "priority",
  "delay",
  "deduplication",
  "rate-limit",
] as const);
