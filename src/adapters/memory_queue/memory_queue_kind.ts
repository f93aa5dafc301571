import type { QueueCapability } from "../../app_runtime/contracts/task_queue.ts";
import { queueKind } from "../../app_runtime/contracts/unit_kind.ts";

/** Everything but survival: what a process holds is gone with it, and the journal of its source offers it again. */
export const memoryQueueCapabilities: ReadonlySet<QueueCapability> = new Set([
  "order-key",
  "group-limit",
  "priority",
  "delay",
  "deduplication",
  "rate-limit",
] as const);

/** `adapter: memory`: no server, nothing on disk. */
export const memoryQueueKind = queueKind({
  kind: "memory",
  schema: {},
  capabilities: memoryQueueCapabilities,
  create: async (_config, parts) => {
    const { MemoryQueue } = await import("./memory_queue.ts");
    return new MemoryQueue(parts);
  },
});
