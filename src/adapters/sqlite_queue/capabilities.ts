import type { QueueCapability } from "../../app_runtime/contracts/task_queue.ts";

export const sqliteQueueCapabilities: ReadonlySet<QueueCapability> = new Set([
  "survives-crash",
  "shared-by-processes",
  "order-key",
  "group-limit",
  "priority",
  "delay",
  "deduplication",
  "rate-limit",
] as const);
