import { getEventListeners } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import type { QueueSettings } from "../../../src/app_runtime/contracts/task_queue.ts";
import { sampleTask, taskId } from "../../../src/app_runtime/testing/sample_task.ts";
import { QueueDesk, suiteSettings } from "../../../src/app_runtime/testing/task_queue/queue_desk.ts";
import { openMemoryQueue } from "./open_memory_queue.ts";

async function openDesk(overrides: Partial<QueueSettings> = {}) {
  const settings = { ...suiteSettings, ...overrides };
  const opened = await openMemoryQueue({ settings });
  onTestFinished(opened.close);
  const desk = new QueueDesk(opened, settings);
  return { desk, queue: opened.queue, clock: opened.clock };
}

test("a task that became due while all workers are busy sets no timer", async () => {
  const { desk, clock } = await openDesk();
  await desk.publish("a", { notBefore: clock.wallNow() + 100 });
  await clock.advance(100);
  expect(clock.pending).toBe(0);
});

test("an idle queue has no timer, whatever it did before", async () => {
  const { desk, clock } = await openDesk({ rateLimit: { tasks: 1, perMs: 50 } });
  await desk.publish(["a", "b"]);
  await desk.workOff();
  await clock.advance(50);
  await desk.workOff();
  await clock.advance(desk.settings.leaseMs);
  expect([desk.queue.stats().acked, clock.pending]).toEqual([2, 0]);
});

test("tasks parked by their group come out by priority, equals in their order", async () => {
  const { desk } = await openDesk();
  for (const [id, priority] of Object.entries({ running: 0, low: -1, first: 0, second: 0, high: 5 })) {
    await desk.publish(id, { group: "g", priority });
    if (id === "running") await desk.ask();
  }
  expect(await desk.workOff()).toEqual(["running", "high", "first", "second", "low"]);
});

test("a task that was let out of its group's park and overtaken keeps its place", async () => {
  const { desk } = await openDesk();
  await desk.publish(["running", "first", "second"], { group: "g" });
  const running = await desk.take();
  expect(await desk.tryTake()).toBeUndefined();
  await desk.queue.pause();
  await desk.queue.ack(running);
  await desk.publish("urgent", { group: "g", priority: 1 });
  await desk.queue.resume();
  expect(await desk.workOff()).toEqual(["urgent", "first", "second"]);
});

test("a dropped letter is forgotten: its task may come again", async () => {
  const { desk, queue } = await openDesk({ maxDeadLetters: 1 });
  for (const id of ["a", "b"]) {
    await desk.publish(id);
    await queue.deadLetter(await desk.take(), "rejected", "");
  }
  expect(await queue.publish(sampleTask("a"))).toBe("stored");
  expect(await queue.publish(sampleTask("b"))).toBe("duplicate");
});

test("as many finished ids are remembered as was asked for, and not more than twice as many", async () => {
  const { desk, queue } = await openDesk({ rememberFinished: 10 });
  const ids = Array.from({ length: 40 }, (_, n) => `t${n}`);
  await desk.publish(ids);
  await desk.workOff();
  const known: string[] = [];
  for (const id of ids) if ((await queue.publish(sampleTask(id))) === "duplicate") known.push(id);
  expect(known).toEqual(expect.arrayContaining(ids.slice(-10)));
  expect(known.length).toBeLessThanOrEqual(20);
});

test("with nothing to remember, a finished task is new again", async () => {
  const { desk, queue } = await openDesk({ rememberFinished: 0 });
  await desk.publish("a");
  await desk.workOff();
  expect(await queue.publish(sampleTask("a"))).toBe("stored");
});

test("the age of a task behind its key counts from when it became the head", async () => {
  const { desk, queue, clock } = await openDesk();
  await desk.publish(["a1", "a2"], { orderKey: "a" });
  const head = await desk.take();
  await clock.advance(900);
  await queue.ack(head);
  await clock.advance(50);
  expect(queue.stats().oldestWaitingMs).toBe(50);
});

test("a task held back by the rate limit could not run, so its age says nothing against the workers", async () => {
  const { desk, queue, clock } = await openDesk({ rateLimit: { tasks: 1, perMs: 300_000 } });
  await desk.publish(["a", "b"]);
  await queue.ack(await desk.take());
  await clock.advance(200_000);
  expect(queue.stats()).toMatchObject({ waiting: 1, oldestWaitingMs: 0 });
  await clock.advance(150_000);
  expect(queue.stats().oldestWaitingMs).toBeGreaterThan(0);
});

test("a retried letter is not published again in the figures", async () => {
  const { desk, queue } = await openDesk();
  await desk.publish("a");
  await queue.deadLetter(await desk.take(), "rejected", "");
  await queue.retryDeadLetter(taskId("a"));
  expect(queue.stats().published).toBe(1);
});

test("a wall clock that jumps moves no task that was accepted before", async () => {
  const { desk, clock } = await openDesk();
  await desk.publish("a", { notBefore: clock.wallNow() + 100 });
  clock.jumpWall(3_600_000);
  expect(await desk.tryTake()).toBeUndefined();
  clock.jumpWall(-7_200_000);
  await clock.advance(100);
  expect((await desk.take()).task.id).toBe("a");
});

test("consumers that end leave nothing on their signal", async () => {
  const { queue } = await openDesk();
  const { signal } = new AbortController();
  for (let n = 0; n < 3; n += 1) await queue.consume({ signal, concurrency: 1 }).return?.();
  queue.consume({ signal, concurrency: 1 });
  await queue.close();
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("what was held when the queue closed can still be settled", async () => {
  const { desk, queue } = await openDesk();
  await desk.publish(["a", "b", "c"]);
  const [a, b, c] = await desk.takeAll();
  await queue.close();
  if (a === undefined || b === undefined || c === undefined) throw new Error("three were published");
  await queue.ack(a);
  await queue.nack(b, { retryDelayMs: 100, burnAttempt: false, reason: "shutdown" });
  await queue.deadLetter(c, "rejected", "");
  expect(queue.stats()).toMatchObject({ leased: 0, acked: 1, delayed: 1, dead: 1 });
});
