import { MemoryQueue } from "../src/adapters/memory_queue/memory_queue.ts";
import { SystemClock } from "../src/app_runtime/base/clock.ts";
import { RuntimeEventChannel } from "../src/app_runtime/core/runtime_event_channel.ts";
import type { QueueSettings, TaskHandler } from "../src/app_runtime/index.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";

export const benchSettings: QueueSettings = {
  capacity: 1000,
  leaseMs: 10_000,
  groupLimit: 1,
  rememberFinished: 10_000,
  maxDeadLetters: 100,
};

/** What the runtime puts between a source and a handler: publisher, memory queue bounded at 1,000, workers, settling. */
export function openMemoryPipeline(concurrency: number, handle: TaskHandler["handle"]): Pipeline {
  const clock = new SystemClock();
  const events = new RuntimeEventChannel(clock);
  const queue = new MemoryQueue({ name: "bench", clock, events, settings: benchSettings });
  return openPipeline({ queue, clock, events }, concurrency, handle);
}
