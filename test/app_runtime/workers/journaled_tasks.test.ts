import { expect, onTestFinished, test, vi } from "vitest";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import { JournaledTransactions } from "../../../src/adapters/journal_sqlite/journaled_transactions.ts";
import { SqliteJournal } from "../../../src/adapters/journal_sqlite/sqlite_journal.ts";
import { SqliteDatabase } from "../../../src/adapters/sqlite/sqlite_database.ts";
import type { Journal } from "../../../src/app_runtime/contracts/journal.ts";
import type { Outcome, TaskHandler } from "../../../src/app_runtime/contracts/task_handler.ts";
import { done, reject, retry } from "../../../src/app_runtime/contracts/task_handler.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { sampleTask, taskId } from "../../../src/app_runtime/testing/sample_task.ts";
import { HandHeld, openPool, type PoolOptions } from "./open_pool.ts";

const orders = {
  owner: "shop",
  steps: ["CREATE TABLE orders (id INTEGER PRIMARY KEY, item TEXT NOT NULL) STRICT"],
};

/** A pool whose source keeps a journal in a real database, which also holds the orders its handler writes. */
async function openShop(options: PoolOptions) {
  const database = new SqliteDatabase({
    path: ":memory:",
    migrations: [journalMigrations, orders],
    clock: new ManualClock(),
  });
  await database.open();
  onTestFinished(() => database.close());
  const journal = new SqliteJournal({ database, clock: new ManualClock() });
  const transactions = new JournaledTransactions({ database, journal });
  const shop = await openPool({ journal, ...options });
  return {
    ...shop,
    journal,
    /** Writes an order and the task's done in one transaction. */
    order: (context: Parameters<TaskHandler["handle"]>[1], item = "12 chairs") =>
      transactions.write([{ sql: "INSERT INTO orders (item) VALUES (?)", params: [item] }], {
        alsoDone: context.unitOfWork,
      }),
    orders: async () => (await database.read("SELECT item FROM orders")).map((row) => row.item),
    offer: async (id: string) => {
      const task = sampleTask(id);
      await journal.offer([{ task, queue: "orders" }]);
      await shop.publish(id);
    },
    row: (id: string) => journal.find(taskId(id)),
    /** The database answers in its own time. */
    until: (check: () => void | Promise<void>) => vi.waitFor(check, { interval: 1 }),
  };
}

test("without a transaction of its own, the handler's done is written by the worker", async () => {
  const { start, offer, row, until, queue } = await openShop({ handle: () => done });
  await start();
  await offer("a");
  await until(() => expect(queue.stats().acked).toBe(1));
  expect((await row("a"))?.state).toBe("done");
});

test("each hand-out is counted before the handler runs, and a retry clears the count", async () => {
  const handler = new HandHeld();
  const { start, offer, row, until, clock } = await openShop({ handle: handler.handle });
  await start();
  await offer("a");
  await until(() => expect(handler.runs).toHaveLength(1));
  expect((await row("a"))?.handOuts).toBe(1);
  handler.run.answer(retry("later"));
  await until(async () => expect((await row("a"))?.handOuts).toBe(0));
  await until(async () => {
    await clock.advance(100);
    expect(handler.runs).toHaveLength(2);
  });
  expect((await row("a"))?.handOuts).toBe(1);
  handler.run.answer(done);
  await until(async () => expect((await row("a"))?.state).toBe("done"));
});

test("a task that killed its node process five times is quarantined, though the queue knows nothing of it", async () => {
  const handler = new HandHeld();
  const { start, offer, row, until, journal, queue } = await openShop({ handle: handler.handle });
  await journal.offer([{ task: sampleTask("a"), queue: "orders" }]);
  for (let death = 0; death < 5; death += 1) await journal.handOut(taskId("a"));
  await start();
  await offer("a");
  await until(() => expect(queue.stats().dead).toBe(1));
  expect(handler.runs).toEqual([]);
  expect(await row("a")).toMatchObject({ state: "dead", reason: "crash-looping" });
});

test("a task that is done already is not run again", async () => {
  const handler = new HandHeld();
  const { start, offer, until, journal, queue, pool } = await openShop({ handle: handler.handle });
  await journal.offer([{ task: sampleTask("a"), queue: "orders" }]);
  await journal.done(taskId("a"));
  await start();
  await offer("a");
  await until(() => expect(queue.stats().acked).toBe(1));
  expect([handler.runs.length, pool.counts.failed]).toEqual([0, 0]);
});

test("a task that was given up already is not run again, and becomes the dead letter it is", async () => {
  const handler = new HandHeld();
  const { start, offer, until, journal, queue } = await openShop({ handle: handler.handle });
  await journal.offer([{ task: sampleTask("a"), queue: "orders" }]);
  await journal.dead(taskId("a"), "rejected", "no such customer", 2);
  await start();
  await offer("a");
  await until(() => expect(queue.stats().dead).toBe(1));
  expect(handler.runs).toEqual([]);
  expect(await queue.findDeadLetter(taskId("a"))).toMatchObject({ reason: "rejected", detail: "no such customer" });
});

test("a task its source never offered is refused before its handler could do anything", async () => {
  const handler = new HandHeld();
  const { start, publish, until, queue } = await openShop({ handle: handler.handle });
  await start();
  await publish("a");
  await until(() => expect(queue.stats().dead).toBe(1));
  expect(handler.runs).toEqual([]);
  expect((await queue.findDeadLetter(taskId("a")))?.detail).toContain("no row for task a");
});

test("a rejected task is dead in the journal and in the queue", async () => {
  const { start, offer, row, until, queue } = await openShop({ handle: () => reject("no such customer") });
  await start();
  await offer("a");
  await until(() => expect(queue.stats().dead).toBe(1));
  expect(await row("a")).toMatchObject({ state: "dead", reason: "rejected", detail: "no such customer", attempts: 1 });
});

test("what a handler has committed counts, whatever it says or throws afterwards", async () => {
  const endings: readonly (() => Outcome)[] = [
    () => retry("I forgot that I was done"),
    () => reject("likewise"),
    () => {
      throw new Error("the mail server is slow");
    },
  ];
  let n = 0;
  const shop = await openShop({
    handle: async (_task, context) => {
      await shop.order(context);
      return (endings[n++] as () => Outcome)();
    },
  });
  await shop.start();
  for (const id of ["a", "b", "c"]) await shop.offer(id);
  await shop.until(() => expect(shop.queue.stats().acked).toBe(3));
  expect(shop.queue.stats()).toMatchObject({ dead: 0, retried: 0 });
  expect(await shop.orders()).toHaveLength(3);
});

test("a handler that was left behind can commit nothing any more; the next attempt does", async () => {
  const handler = new HandHeld();
  const shop = await openShop({
    handle: handler.handle,
    definition: { limits: { timeoutMs: 1_000, graceMs: 200 } },
  });
  await shop.start();
  await shop.offer("a");
  await shop.until(() => expect(handler.runs).toHaveLength(1));
  const [deaf] = handler.runs;
  await shop.clock.advance(1_200);
  await shop.until(async () => {
    await shop.clock.advance(100);
    expect(handler.runs).toHaveLength(2);
  });
  if (deaf === undefined) throw new Error("it ran");
  await expect(shop.order(deaf.context, "too late")).rejects.toMatchObject({ code: "UNIT_OF_WORK_CLOSED" });
  await shop.order(handler.run.context);
  handler.run.answer(done);
  await shop.until(() => expect(shop.queue.stats().acked).toBe(1));
  expect(await shop.orders()).toEqual(["12 chairs"]);
});

test("of two workers that hold one task the second one to commit finds it done, and is done too", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle, definition: { concurrency: 2 } });
  await shop.start();
  await shop.offer("a");
  await shop.until(() => expect(handler.runs).toHaveLength(1));
  await shop.journal.done(taskId("a")); // somebody else's commit
  const refusal = await shop.order(handler.run.context).catch((error: unknown) => error);
  handler.run.fail(refusal);
  await shop.until(() => expect(shop.queue.stats().acked).toBe(1));
  expect(await shop.orders()).toEqual([]);
});

test("a task that was told to stop while the journal was asked is not started", async () => {
  const asked = Promise.withResolvers<void>();
  const handler = new HandHeld();
  const journal: Partial<Journal> = {
    list: async () => [],
    handOut: async () => {
      await asked.promise;
      return { state: "offered", handOuts: 1 };
    },
    handBack: async () => {},
  };
  const { start, publish, pool, queue, of } = await openPool({ handle: handler.handle, journal: journal as Journal });
  await start();
  await publish("a");
  pool.stopIntake();
  pool.abortAll();
  asked.resolve();
  await pool.stopped();
  expect(handler.runs).toEqual([]);
  expect([of("task.requeued").length, queue.stats().waiting]).toEqual([1, 1]);
});

test("a journal that does not answer cannot hold up a shutdown", async () => {
  const handler = new HandHeld();
  const journal: Partial<Journal> = {
    list: async () => [],
    handOut: () => new Promise(() => {}),
    handBack: async () => {},
  };
  const { start, publish, pool, queue } = await openPool({ handle: handler.handle, journal: journal as Journal });
  await start();
  await publish("a");
  pool.stopIntake();
  pool.abandonAll();
  await pool.stopped();
  expect([handler.runs.length, queue.stats().waiting]).toEqual([0, 1]);
});

test("of tasks whose source nobody here knows any more, the journal tells which have a row", async () => {
  const journal = new MemoryJournal({ clock: new ManualClock() });
  await journal.offer([{ task: sampleTask("known"), queue: "orders" }]);
  const { start, publish, queue } = await openPool({
    handle: () => done,
    journal,
    parts: { isJournaled: () => undefined },
  });
  await start();
  await publish(["known", "unknown"]);
  expect(queue.stats()).toMatchObject({ acked: 2, dead: 0 });
  expect((await journal.find(taskId("known")))?.state).toBe("done");
  expect(await journal.find(taskId("unknown"))).toBeUndefined();
});
