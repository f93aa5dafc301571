import { expect, test } from "vitest";
import type { QueueStats } from "../../../src/app_runtime/contracts/task_queue.ts";
import { queueHealth } from "../../../src/app_runtime/queue/queue_health.ts";

const calm: QueueStats = {
  waiting: 0,
  delayed: 0,
  leased: 0,
  dead: 0,
  capacity: 10,
  paused: false,
  oldestWaitingMs: 0,
  published: 0,
  duplicates: 0,
  acked: 0,
  retried: 0,
};

test.each<[Partial<QueueStats>, string, RegExp | undefined]>([
  [{}, "pass", undefined],
  [{ dead: 2 }, "warn", /2 dead letters/],
  [{ paused: true, dead: 2 }, "warn", /Paused/],
  [{ trouble: "Redis cannot be reached.", paused: true }, "fail", /Redis cannot be reached/],
])("a queue with %j is %s", async (stats, state, output) => {
  const found = await queueHealth("orders", () => ({ ...calm, ...stats })).check();
  expect(found.state).toBe(state);
  if (output !== undefined) expect(found.output).toMatch(output);
});
