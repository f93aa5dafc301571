import type { QueueCapability } from "../../app_runtime/contracts/task_queue.ts";

/** Everything but survival: what a process holds is gone with it, and the journal of its source offers it again. */
export const memoryQueueCapabilities: ReadonlySet<QueueCapability> = new Set([
  "order-key",
  "group-limit",
  "priority",
  "delay",
  "deduplication",
  "rate-limit",
] as const);
