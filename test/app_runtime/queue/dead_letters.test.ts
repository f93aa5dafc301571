import { expect, onTestFinished, test } from "vitest";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import { SqliteJournal } from "../../../src/adapters/journal_sqlite/sqlite_journal.ts";
import { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import { SqliteDatabase } from "../../../src/adapters/sqlite/sqlite_database.ts";
import { DeadLetterUnknownError } from "../../../src/app_runtime/contracts/dead_letter.ts";
import type { RuntimeEvent } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { QueueFullError } from "../../../src/app_runtime/contracts/task_queue.ts";
import { RuntimeEventChannel } from "../../../src/app_runtime/core/runtime_event_channel.ts";
import { DeadLetters } from "../../../src/app_runtime/queue/api.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { sampleTask, taskId } from "../../../src/app_runtime/testing/sample_task.ts";

/** The letters of "orders", with a queue that keeps two of them and a journal that keeps all. */
async function openLetters() {
  const clock = new ManualClock();
  const events = new RuntimeEventChannel(clock);
  const said: RuntimeEvent[] = [];
  events.subscribe((event) => void said.push(event));
  const database = new SqliteDatabase({ path: ":memory:", migrations: [journalMigrations], clock });
  await database.open();
  const journal = new SqliteJournal({ database, clock });
  const settings = { capacity: 100, leaseMs: 1_000, groupLimit: 1, rememberFinished: 100, maxDeadLetters: 2 };
  const queue = new MemoryQueue({ name: "orders", settings, clock, events });
  onTestFinished(async () => {
    await queue.close();
    await database.close();
  });
  const deliveries = queue.consume({ signal: new AbortController().signal, concurrency: 1 });
  const bury = async (id: string) => {
    await journal.offer([{ task: sampleTask(id), queue: "orders" }]);
    await queue.publish(sampleTask(id));
    const { value } = await deliveries.next();
    await journal.dead(taskId(id), "rejected", `no ${id}`, 1);
    if (value !== undefined) await queue.deadLetter(value, "rejected", `no ${id}`);
  };
  const letters = new DeadLetters({ queue, journal, events });
  const list = async (offset: number, limit: number) =>
    (await letters.list({ offset, limit })).map(({ task }) => task.id);
  return {
    letters,
    queue,
    journal,
    bury,
    list,
    said,
    state: async (id: string) => (await journal.find(taskId(id)))?.state,
  };
}

test("letters the queue has dropped are still listed, each once, on whatever page", async () => {
  const { bury, list } = await openLetters();
  for (const id of ["a", "b", "c", "d"]) await bury(id);
  expect(await list(0, 10)).toEqual(["d", "c", "a", "b"]);
  expect([...(await list(0, 2)), ...(await list(2, 2))]).toEqual(["d", "c", "a", "b"]);
  expect(await list(4, 2)).toEqual([]);
});

test("a retried letter is offered in the journal and waits in the queue, wherever it was kept", async () => {
  const { bury, letters, queue, state, said } = await openLetters();
  for (const id of ["a", "b", "c"]) await bury(id);
  for (const id of ["a", "c"]) await letters.retry(taskId(id));
  expect([await state("a"), await state("b"), await state("c")]).toEqual(["offered", "dead", "offered"]);
  expect(queue.stats()).toMatchObject({ waiting: 2, dead: 1, duplicates: 0 });
  expect(said.filter(({ kind }) => kind === "dead_letter.retried")).toHaveLength(2);
  await expect(letters.retry(taskId("a"))).rejects.toThrow(DeadLetterUnknownError);
});

test("a discarded letter stays dead in the journal and is listed no more", async () => {
  const { bury, letters, list, state } = await openLetters();
  for (const id of ["a", "b", "c"]) await bury(id);
  for (const id of ["a", "c"]) await letters.discard(taskId(id));
  expect(await list(0, 10)).toEqual(["b"]);
  expect([await state("a"), await state("c")]).toEqual(["dead", "dead"]);
});

test("a letter of another queue is not this queue's to find, retry or discard", async () => {
  const { letters, journal, queue, state } = await openLetters();
  await journal.offer([{ task: sampleTask("x"), queue: "invoices" }]);
  await journal.dead(taskId("x"), "rejected", "", 1);
  for (const act of ["find", "retry", "discard"] as const) {
    await expect(letters[act](taskId("x"))).rejects.toThrow(DeadLetterUnknownError);
  }
  expect([await state("x"), queue.stats().waiting]).toEqual(["dead", 0]);
});

test("without a journal the queue's own letters are all there is", async () => {
  const { queue, bury } = await openLetters();
  await bury("a");
  const letters = new DeadLetters({ queue, journal: undefined, events: new RuntimeEventChannel(new ManualClock()) });
  expect((await letters.find(taskId("a"))).detail).toBe("no a");
  await letters.retry(taskId("a"));
  await expect(letters.discard(taskId("a"))).rejects.toThrow(DeadLetterUnknownError);
});

test("after a restart the letters that only the journal remembers are counted, until somebody decides", async () => {
  const { bury, journal, queue } = await openLetters();
  for (const id of ["a", "b", "c"]) await bury(id);
  const clock = new ManualClock();
  const events = new RuntimeEventChannel(clock);
  const settings = { capacity: 1, leaseMs: 1_000, groupLimit: 1, rememberFinished: 100, maxDeadLetters: 2 };
  const afterRestart = new MemoryQueue({ name: queue.name, settings, clock, events });
  const letters = new DeadLetters({ queue: afterRestart, journal, events });
  await letters.open();
  expect(letters.count).toBe(3);
  await letters.discard(taskId("a"));
  await letters.retry(taskId("b"));
  expect(letters.count).toBe(1);
  await afterRestart.close();
});

test("a letter is not retried into a full queue: it stays what it was, and the caller is told", async () => {
  const { bury, journal, queue, state } = await openLetters();
  for (const id of ["a", "b"]) await bury(id);
  const clock = new ManualClock();
  const events = new RuntimeEventChannel(clock);
  const settings = { capacity: 1, leaseMs: 1_000, groupLimit: 1, rememberFinished: 100, maxDeadLetters: 2 };
  const full = new MemoryQueue({ name: queue.name, settings, clock, events });
  const letters = new DeadLetters({ queue: full, journal, events });
  await letters.open();
  await letters.retry(taskId("a"));
  await expect(letters.retry(taskId("b"))).rejects.toThrow(QueueFullError);
  expect([await state("b"), letters.count]).toEqual(["dead", 1]);
  expect(await letters.find(taskId("b"))).toMatchObject({ reason: "rejected", detail: "no b", attempts: 1 });
  await full.close();
});

test("a discarded letter cannot be retried any more", async () => {
  const { bury, letters, state } = await openLetters();
  await bury("a");
  await letters.discard(taskId("a"));
  await expect(letters.retry(taskId("a"))).rejects.toThrow(DeadLetterUnknownError);
  expect(await state("a")).toBe("dead");
});
