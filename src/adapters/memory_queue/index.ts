export { MemoryQueue } from "./memory_queue.ts";
export { memoryQueueKind } from "./memory_queue_kind.ts";
