import { BullmqQueue } from "../../../src/adapters/bullmq_queue/index.ts";
import { redisSchema } from "../../../src/adapters/redis/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { suiteSettings } from "../../../src/app_runtime/testing/task_queue/queue_desk.ts";
import { parsedConfig } from "../../support/parsed_config.ts";

// Takes one task, says so, renews nothing and never ends: its parent kills it.
const [port, prefix, leaseMs] = process.argv.slice(2);
const queue = new BullmqQueue({
  name: "orders",
  settings: { ...suiteSettings, leaseMs: Number(leaseMs) },
  clock: new SystemClock(),
  events: { heard: false, emit: () => undefined, subscribe: () => ({ [Symbol.dispose]: () => undefined }) },
  redis: { ...parsedConfig(redisSchema, {}), port: Number(port) },
  prefix: String(prefix),
});
await queue.open();
const taken = await queue.consume({ signal: new AbortController().signal, concurrency: 1 }).next();
process.stdout.write(`took ${taken.done === true ? "nothing" : taken.value.task.id}\n`);
