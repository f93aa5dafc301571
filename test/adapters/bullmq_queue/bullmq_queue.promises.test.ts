import { afterAll, beforeAll, describe, test } from "vitest";
import { taskQueuePromises } from "../../../src/app_runtime/testing/index.ts";
import { type Redis, startRedis } from "../../support/redis.ts";
import { openBullmqQueue } from "./open_bullmq_queue.ts";

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

// Redis keeps its own time, so these cases wait for real: a machine that stands still for as long as a delay looks like a
// broken promise. A queue that breaks one breaks it again.
describe.concurrent("a BullMQ queue keeps its promises", () => {
  for (const promise of taskQueuePromises) {
    test(promise.name, { timeout: 90_000, retry: 2 }, () =>
      promise.run(({ settings }) => openBullmqQueue(redis, settings), { limitMs: 80_000 }),
    );
  }
});
