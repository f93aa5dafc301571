import { expect, test } from "vitest";
import type { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import { LeasedDelivery } from "../../../src/app_runtime/contracts/delivery.ts";
import type { Journal, JournalRow } from "../../../src/app_runtime/contracts/journal.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { TaskQueue } from "../../../src/app_runtime/contracts/task_queue.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { sampleTask, taskId } from "../../../src/app_runtime/testing/sample_task.ts";
import { HandHeld, openPool } from "./open_pool.ts";

/** What an earlier run left: so many hand-outs of each task that never ended. */
function journalAfterCrash(left: Readonly<Record<string, number>>) {
  const handOuts = new Map(Object.entries(left));
  const rows = (): JournalRow[] =>
    [...handOuts].map(([id, count]) => ({
      task: sampleTask(id),
      queue: "orders",
      state: "offered",
      handOuts: count,
      offeredAt: 0,
    }));
  const journal: Partial<Journal> = {
    list: async ({ after }) => (after === undefined ? rows() : []),
    handOut: async (id) => {
      handOuts.set(id, (handOuts.get(id) ?? 0) + 1);
      return { state: "offered", handOuts: handOuts.get(id) ?? 0 };
    },
    handBack: async (id: TaskId) => void handOuts.set(id, 0),
    done: async (id: TaskId) => void handOuts.delete(id),
    dead: async (id: TaskId) => void handOuts.delete(id),
  };
  return { journal: journal as Journal, handOutsOf: (id: string) => handOuts.get(id) };
}

function runningIds(handler: HandHeld): readonly string[] {
  return handler.runs.map((run) => run.id);
}

test("tasks that were in hand at a crash run one at a time, and a death counts against the running one alone", async () => {
  const handler = new HandHeld();
  const { journal, handOutsOf } = journalAfterCrash({ a: 1, b: 1, c: 1, d: 0, e: 0 });
  const { publish, start } = await openPool({ handle: handler.handle, concurrency: 5, journal });
  await start();
  await publish(["a", "b", "c", "d", "e"]);

  expect(runningIds(handler).toSorted()).toEqual(["a", "d", "e"]);
  expect([handOutsOf("a"), handOutsOf("b"), handOutsOf("c")]).toEqual([2, 1, 1]);

  handler.runs.find((run) => run.id === "a")?.answer(done);
  await settlePromises();
  expect(runningIds(handler).toSorted()).toEqual(["a", "b", "d", "e"]);
});

test("a suspect that was handled once is none any more", async () => {
  const handler = new HandHeld();
  const { journal } = journalAfterCrash({ a: 1 });
  const { publish, start, clock } = await openPool({ handle: handler.handle, concurrency: 2, journal });
  await start();
  await publish(["a"]);
  handler.run.fail(new Error("no chair today"));
  await clock.advance(100);
  await publish(["b"]);
  expect(runningIds(handler)).toEqual(["a", "a", "b"]);
});

test("a suspect that waits for its turn does not run into its time limit", async () => {
  const handler = new HandHeld();
  const { journal } = journalAfterCrash({ a: 1, b: 1 });
  const limits = { timeoutMs: 10_000, graceMs: 1_000 };
  const { publish, start, clock, of } = await openPool({
    handle: handler.handle,
    concurrency: 2,
    journal,
    definition: { limits },
  });
  await start();
  await publish(["a"]);
  await clock.advance(5_000);
  await publish(["b"]);
  await clock.advance(4_999);
  handler.run.answer(done);
  await settlePromises();
  expect(runningIds(handler)).toEqual(["a", "b"]);
  await clock.advance(9_999);
  expect(of("task.aborted")).toEqual([]);
});

test("a suspect that waits when the runtime stops is put back uncounted and unburned", async () => {
  const handler = new HandHeld();
  const { journal, handOutsOf } = journalAfterCrash({ a: 1, b: 1 });
  const { pool, publish, start, of } = await openPool({ handle: handler.handle, concurrency: 2, journal });
  await start();
  await publish(["a", "b"]);
  pool.stopIntake();
  pool.abortAll();
  await settlePromises();
  expect(runningIds(handler)).toEqual(["a"]);
  expect(of("task.requeued")).toMatchObject([{ taskId: taskId("b"), reason: "shutdown" }]);
  expect(handOutsOf("b")).toBe(0);
});

test("while the journal cannot tell who the suspects are, nothing is handled", async () => {
  const handler = new HandHeld();
  let broken = true;
  const { journal } = journalAfterCrash({ a: 1 });
  const list: Journal["list"] = (options) => (broken ? Promise.reject(new Error("disk full")) : journal.list(options));
  const { publish, start, clock } = await openPool({ handle: handler.handle, journal: { ...journal, list } });
  await start();
  await publish(["a"]);
  expect(handler.runs).toEqual([]);
  broken = false;
  await clock.advance(1_000);
  expect(runningIds(handler)).toEqual(["a"]);
});

test("a queue that survives names the suspects itself, with or without a journal", async () => {
  const handler = new HandHeld();
  const { publish, start, pool } = await openPool({
    handle: handler.handle,
    concurrency: 4,
    wrap: (queue) => withCrashes(queue, { a: 1, b: 1 }),
  });
  await start();
  await publish(["a", "b", "c"]);

  expect(runningIds(handler).toSorted()).toEqual(["a", "c"]);

  handler.runs.find((run) => run.id === "a")?.answer(done);
  await settlePromises();
  expect(runningIds(handler).toSorted()).toEqual(["a", "b", "c"]);
  for (const run of handler.runs) run.answer(done);
  await settlePromises();
  expect(pool.counts.done).toBe(3);
});

/** A queue that remembers deaths which the memory queue did not see. */
function withCrashes(queue: MemoryQueue, crashes: Readonly<Record<string, number>>): TaskQueue {
  const given = new Map<LeasedDelivery, LeasedDelivery>();
  return new Proxy<TaskQueue>(queue, {
    get: (target, key) => {
      if (key === "consume") {
        return async function* (options: Parameters<TaskQueue["consume"]>[0]) {
          for await (const delivery of queue.consume(options)) {
            const { task, attempt, leaseToken, leaseUntil } = delivery;
            const shown = new LeasedDelivery({ task, attempt, leaseToken, leaseUntil, crashes: crashes[task.id] ?? 0 });
            given.set(shown, delivery);
            yield shown;
          }
        };
      }
      if (key === "ack") return (delivery: LeasedDelivery) => queue.ack(given.get(delivery) ?? delivery);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
