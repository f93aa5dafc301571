export { BullmqQueue } from "./bullmq_queue.ts";
export { bullmqQueueKind } from "./bullmq_queue_kind.ts";
