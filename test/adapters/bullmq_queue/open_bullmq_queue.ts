import { randomUUID } from "node:crypto";
import { BullmqQueue } from "../../../src/adapters/bullmq_queue/index.ts";
import { redisSchema } from "../../../src/adapters/redis/index.ts";
import type { EventChannel, RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { QueueSettings } from "../../../src/app_runtime/contracts/task_queue.ts";
import type { QueueUnderTest } from "../../../src/app_runtime/testing/index.ts";
import { parsedConfig } from "../../support/parsed_config.ts";
import type { Redis } from "../../support/redis.ts";
import { WaitingClock } from "./waiting_clock.ts";

/** Queues on one prefix of that server, which nobody else uses unless it is told. */
export async function openBullmqQueue(
  redis: Pick<Redis, "port">,
  settings: QueueSettings,
  prefix: string = randomUUID(),
): Promise<QueueUnderTest & { readonly queue: BullmqQueue; readonly clock: WaitingClock }> {
  const clock = await WaitingClock.at(redis.port);
  const events: RuntimeEventBody[] = [];
  const channel: EventChannel = {
    heard: true,
    emit: (event) => void events.push(event),
    subscribe: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const config = { ...parsedConfig(redisSchema, {}), port: redis.port };
  const queues: BullmqQueue[] = [];
  const forgot = () => void events.push({ kind: "unit.failed", unit: "test", error: "forgot" });
  const open = async () => {
    const queue = new BullmqQueue({ name: "orders", settings, clock, events: channel, redis: config, prefix, forgot });
    queues.push(queue);
    await queue.open();
    return queue;
  };
  const close = async () => {
    for (const queue of queues) await queue.close();
    await clock.close();
  };
  return { queue: await open(), clock, events, another: open, crash: (queue) => queue.close(), close };
}
