import { queueKind } from "../../app_runtime/contracts/unit_kind.ts";
import { memoryQueueCapabilities } from "./capabilities.ts";

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
