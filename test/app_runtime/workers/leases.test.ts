import { expect, test } from "vitest";
import type { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { TaskQueue } from "../../../src/app_runtime/contracts/task_queue.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { taskId } from "../../../src/app_runtime/testing/sample_task.ts";
import { HandHeld, openPool } from "./open_pool.ts";

/** The queue, but for the methods that `overrides` has. */
function instead(queue: MemoryQueue, overrides: Partial<TaskQueue>): TaskQueue {
  return new Proxy(queue as TaskQueue, {
    get: (target, key) => {
      const own = Reflect.get(overrides, key) ?? Reflect.get(target, key);
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}

test("a task that runs longer than its lease keeps it", async () => {
  const handler = new HandHeld();
  const { publish, queue, clock, start } = await openPool({ handle: handler.handle });
  await start();
  await publish("a");
  await clock.advance(30_000);
  handler.run.answer(done);
  await settlePromises();
  expect([handler.runs.length, queue.stats().acked]).toEqual([1, 1]);
});

test("a task whose lease is lost is told so, and its result is not recorded", async () => {
  const handler = new HandHeld();
  const { publish, queue, clock, start, of } = await openPool({
    handle: handler.handle,
    wrap: (memory) => instead(memory, { renew: async (held) => held }),
  });
  await start();
  await publish("a");
  await clock.advance(3_000);
  expect(handler.run.context.signal.reason).toMatchObject({ reason: "lease-lost" });
  expect(handler.run.context.unitOfWork.open).toBe(false);
  handler.run.answer(done);
  await settlePromises();
  expect(queue.stats()).toMatchObject({ acked: 0, leased: 1 });
  expect([of("task.done").length, of("task.record_failed").length]).toEqual([0, 0]);
  await clock.advance(6_000);
  expect(handler.runs).toHaveLength(2);
  expect(handler.run.context.delivery.crashes).toBe(1);
});

test("leases that could not be renewed before they ran out are lost, and that is said", async () => {
  const handler = new HandHeld();
  const { publish, clock, start, of } = await openPool({
    handle: handler.handle,
    wrap: (memory) => instead(memory, { renew: () => Promise.reject(new Error("no connection")) }),
  });
  await start();
  await publish("a");
  await clock.advance(8_999);
  expect(handler.run.context.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(handler.runs[0]?.context.signal.reason).toMatchObject({ reason: "lease-lost" });
  expect(of("unit.failed")[0]).toMatchObject({ unit: "worker:orders", error: "Leases not renewed: no connection" });
});

test("a renewal that never answers does not keep a lost lease a secret", async () => {
  const handler = new HandHeld();
  const { publish, clock, start } = await openPool({
    handle: handler.handle,
    wrap: (memory) => instead(memory, { renew: () => new Promise(() => {}) }),
  });
  await start();
  await publish("a");
  await clock.advance(9_000);
  expect(handler.runs[0]?.context.signal.reason).toMatchObject({ reason: "lease-lost" });
});

test("a result that could not be recorded comes back as the same attempt, however often", async () => {
  let broken = true;
  const attempts: number[] = [];
  const { publish, queue, clock, start, of } = await openPool({
    handle: (_task, { delivery }) => {
      attempts.push(delivery.attempt);
      return done;
    },
    wrap: (memory) =>
      instead(memory, {
        ack: (delivery) => (broken ? Promise.reject(new Error("disk full")) : memory.ack(delivery)),
      }),
  });
  await start();
  await publish("a");
  await clock.advance(120_000);
  expect(attempts.length).toBeGreaterThan(6);
  broken = false;
  await clock.advance(60_000);
  expect(of("task.record_failed")[0]).toMatchObject({ taskId: "a", error: "disk full" });
  expect(await queue.findDeadLetter(taskId("a"))).toBeUndefined();
  expect(queue.stats()).toMatchObject({ acked: 1, leased: 0, waiting: 0 });
  expect(new Set(attempts)).toEqual(new Set([1]));
});

test("a task whose worker died five times while holding it is not run a sixth time", async () => {
  const handler = new HandHeld();
  const { publish, queue, clock, start } = await openPool({ handle: handler.handle, settings: { leaseMs: 1_000 } });
  await publish("a");
  const holder = queue.consume({ signal: new AbortController().signal, concurrency: 1 });
  for (let death = 0; death < 5; death += 1) {
    await holder.next();
    await clock.advance(1_000);
  }
  await start();
  expect(handler.runs).toEqual([]);
  expect(await queue.findDeadLetter(taskId("a"))).toMatchObject({ reason: "crash-looping" });
});
