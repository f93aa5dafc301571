import { expect, test } from "vitest";
import type { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import type { LeasedDelivery } from "../../../src/app_runtime/contracts/delivery.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { TaskQueue } from "../../../src/app_runtime/contracts/task_queue.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { HandHeld, openPool } from "./open_pool.ts";

const [concurrency, shortMs, many] = [2, 20, 40];

/** A pool whose handlers took 20 ms so far, at the moment at which it begins the next two. */
async function openSteady(
  options: {
    readonly overrides?: (n: number) => Partial<Omit<Task, "id">>;
    readonly wrap?: (queue: MemoryQueue) => TaskQueue;
    readonly tasks?: number;
    readonly tookMs?: number;
  } = {},
) {
  const handler = new HandHeld();
  const opened = await openPool({
    handle: handler.handle,
    concurrency,
    definition: { takesAhead: true },
    settings: { groupLimit: 100 },
    ...(options.wrap !== undefined && { wrap: options.wrap }),
  });
  for (let n = 0; n < (options.tasks ?? 2 * many); n += 1) await opened.publish(`task-${n}`, options.overrides?.(n));
  await opened.start();
  const desk = {
    ...opened,
    handler,
    /** Ids of the tasks that are being handled. */
    running: () => handler.runs.slice(-concurrency).map(({ id }) => id),
    /** Tasks that are leased, but that no handler has seen. */
    ahead: () => opened.queue.stats().leased - opened.pool.inFlight,
    finishBoth: async () => {
      const both = handler.runs.slice(-concurrency);
      await opened.clock.advance(options.tookMs ?? shortMs);
      for (const run of both) run.answer(done);
      await nextTurn();
    },
  };
  for (let n = 0; n < many / concurrency; n += 1) await desk.finishBoth();
  return desk;
}

/** Workers let the loop turn now and then. */
async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await settlePromises();
}

/** What another runtime at the same queue is handed. */
async function takenByOthers(queue: TaskQueue, count: number): Promise<readonly LeasedDelivery[]> {
  const taken: LeasedDelivery[] = [];
  for await (const delivery of queue.consume({ signal: new AbortController().signal, concurrency: count })) {
    taken.push(delivery);
    if (taken.length === count) break;
  }
  return taken;
}

/** What was leased ahead is there for others, as if it had never been. */
async function expectBack(queue: TaskQueue): Promise<void> {
  const others = await takenByOthers(queue, queue.stats().waiting);
  expect(others.length).toBe(many - 2);
  expect(others.map(({ task }) => task.id)).toEqual(expect.arrayContaining(["task-42", "task-43"]));
  expect(others.filter(({ attempt, crashes }) => attempt !== 1 || crashes !== 0)).toEqual([]);
}

test("a pool of short tasks leases as many ahead as it has workers", async () => {
  const { ahead, running, handler, finishBoth } = await openSteady();
  expect([ahead(), running()]).toEqual([2, ["task-40", "task-41"]]);
  await finishBoth();
  expect([ahead(), running(), handler.runs.length]).toEqual([2, ["task-42", "task-43"], many + 4]);
});

test("the next task begins while the one before is being recorded, and the one after that does not", async () => {
  const acks: (() => void)[] = [];
  let isSlow = false;
  const { handler, finishBoth, queue, pool } = await openSteady({
    wrap: (memory) =>
      instead(memory, {
        ack: async (delivery) => {
          if (isSlow) await new Promise<void>((resolve) => acks.push(resolve));
          await memory.ack(delivery);
        },
      }),
  });
  isSlow = true;
  await finishBoth();
  expect([handler.runs.length, queue.stats().acked]).toEqual([many + 4, many]);
  await finishBoth();
  expect([handler.runs.length, queue.stats().acked]).toEqual([many + 4, many]);
  expect(pool.workers.map(({ state }) => state.kind)).toEqual(["idle", "idle"]);
  isSlow = false;
  for (const ack of acks) ack();
  await nextTurn();
  expect([handler.runs.length, queue.stats().acked]).toEqual([many + 6, many + 4]);
});

test("tasks leased ahead go to others within a second when handlers begin to take long", async () => {
  const { ahead, clock, queue, running } = await openSteady();
  await clock.advance(749);
  expect(ahead()).toBe(2);
  await clock.advance(1);
  expect(ahead()).toBe(0);
  await expectBack(queue);
  expect(running()).toEqual(["task-40", "task-41"]);
});

test("nothing is leased ahead of long tasks", async () => {
  const { ahead } = await openSteady({ tookMs: 500 });
  expect(ahead()).toBe(0);
});

test("nothing is leased ahead when fewer tasks wait than there are workers", async () => {
  const { ahead, publish, queue, running } = await openSteady({ tasks: many + 2 });
  await publish("late");
  expect([ahead(), queue.stats().waiting, running()]).toEqual([0, 1, ["task-40", "task-41"]]);
});

test.each([
  ["a group", () => ({ group: "large" })],
  ["a key", (n: number) => ({ orderKey: `customer-${n}` })],
])("nothing that may keep others of %s waiting is leased ahead", async (_, overrides) => {
  const { ahead } = await openSteady({ overrides });
  expect(ahead()).toBe(0);
});

test("a pool that stops gives back what it leased ahead, and burns no attempt", async () => {
  const { pool, ahead, queue, handler } = await openSteady({
    wrap: (memory) =>
      instead(memory, {
        nack: async (delivery, options) => {
          await nextTurn();
          await memory.nack(delivery, options);
        },
      }),
  });
  for (const run of handler.runs.slice(-concurrency)) run.answer(done);
  pool.stopIntake();
  await pool.stopped();
  expect([ahead(), queue.stats().leased, handler.runs.length]).toEqual([0, 0, many + 2]);
  await expectBack(queue);
});

test("a pause stops what was leased ahead from beginning", async () => {
  const { pool, ahead, finishBoth, handler, queue } = await openSteady();
  pool.pause();
  await settlePromises();
  expect(ahead()).toBe(0);
  await finishBoth();
  expect(handler.runs).toHaveLength(many + 2);
  await expectBack(queue);
});

test("an outage sends back what was leased ahead", async () => {
  const { ahead, handler, clock, outages } = await openSteady();
  while (outages.length === 0) {
    await clock.advance(shortMs);
    for (const run of handler.runs.slice(-concurrency))
      run.fail(Object.assign(new Error("no"), { failureClass: "outage" }));
    await nextTurn();
  }
  expect([outages, ahead()]).toEqual([[true], 0]);
});

test("what was leased ahead of a source that is lost does not begin", async () => {
  const { pool, ahead, queue, handler } = await openSteady();
  pool.loseSource("inbox");
  await queue.withdraw("inbox");
  for (const run of handler.runs.slice(-concurrency)) run.answer(done);
  await nextTurn();
  expect([ahead(), handler.runs.length]).toEqual([0, many + 2]);
});

test("a task that lay here while the loop was blocked is not begun, because its lease may be over", async () => {
  const { clock, handler } = await openSteady();
  const now = clock.now();
  clock.now = () => now + 5_000;
  for (const run of handler.runs.slice(-concurrency)) run.answer(done);
  await nextTurn();
  expect(handler.runs.map(({ id }) => id)).not.toContain("task-42");
  expect(handler.runs).toHaveLength(many + 4);
});

/** The queue, but for the methods that `overrides` has. */
function instead(queue: MemoryQueue, overrides: Partial<TaskQueue>): TaskQueue {
  return new Proxy(queue as TaskQueue, {
    get: (target, key) => {
      const own = Reflect.get(overrides, key) ?? Reflect.get(target, key);
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}
