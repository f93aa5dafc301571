import { join } from "node:path";
import { BullmqQueue } from "../src/adapters/bullmq_queue/index.ts";
import { MemoryQueue } from "../src/adapters/memory_queue/memory_queue.ts";
import { redisSchema } from "../src/adapters/redis/index.ts";
import { SqliteQueue } from "../src/adapters/sqlite_queue/index.ts";
import { SystemClock } from "../src/app_runtime/base/clock.ts";
import { RuntimeEventChannel } from "../src/app_runtime/core/runtime_event_channel.ts";
import type { EventChannel, QueueSettings, TaskQueue } from "../src/app_runtime/index.ts";
import { parsedConfig } from "../test/support/parsed_config.ts";

export const queueKinds = ["memory", "sqlite", "bullmq"] as const;

export interface QueuePlace {
  readonly kind: (typeof queueKinds)[number];
  /** For sqlite. */
  readonly directory: string;
  /** For bullmq: of a Redis that has nothing in it yet of this directory. */
  readonly port: number;
}

/** Opened, with what else a pipeline needs. */
export async function openQueue(
  { kind, directory, port }: QueuePlace,
  groupLimit: number,
): Promise<{ readonly queue: TaskQueue; readonly clock: SystemClock; readonly events: EventChannel }> {
  const settings: QueueSettings = {
    capacity: 100_000,
    leaseMs: 10_000,
    groupLimit,
    rememberFinished: 10_000,
    maxDeadLetters: 100,
  };
  const clock = new SystemClock();
  const events = new RuntimeEventChannel(clock);
  const parts = { name: "bench", settings, clock, events };
  const newQueue = {
    memory: () => new MemoryQueue(parts),
    sqlite: () => new SqliteQueue({ ...parts, file: join(directory, "queue.sqlite") }),
    bullmq: () => new BullmqQueue({ ...parts, redis: { ...parsedConfig(redisSchema, {}), port }, prefix: directory }),
  };
  const queue: TaskQueue = newQueue[kind]();
  await queue.open();
  return { queue, clock, events };
}
