import type { EventChannel } from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { QueueSettings } from "../../../src/app_runtime/contracts/task_queue.ts";

/** For node processes that share a queue on the machine's clock. */
export const sharedSettings: QueueSettings = {
  capacity: 40,
  leaseMs: 500,
  groupLimit: 1,
  rememberFinished: 100_000,
  maxDeadLetters: 100,
};

export const silentEvents: EventChannel = {
  heard: false,
  emit: () => undefined,
  subscribe: () => ({ [Symbol.dispose]: () => undefined }),
};
