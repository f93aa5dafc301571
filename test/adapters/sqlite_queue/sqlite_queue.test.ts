import { copyFileSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { type DatabaseLimits, SqliteDatabase } from "../../../src/adapters/sqlite/index.ts";
import { sqliteQueueKind } from "../../../src/adapters/sqlite_queue/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { QueueSettings } from "../../../src/app_runtime/contracts/task_queue.ts";
import type { TraceFactory } from "../../../src/app_runtime/contracts/trace_factory.ts";
import { sampleTask } from "../../../src/app_runtime/testing/sample_task.ts";
import { QueueDesk, suiteSettings } from "../../../src/app_runtime/testing/task_queue/queue_desk.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openSqliteQueue } from "./open_sqlite_queue.ts";
import { silentEvents } from "./shared_settings.ts";

async function openDesk(
  options: { readonly settings?: Partial<QueueSettings>; readonly limits?: Partial<DatabaseLimits> } = {},
) {
  const file = join(tempDir(), "orders.sqlite");
  const settings = { ...suiteSettings, ...options.settings };
  const opened = await openSqliteQueue({ settings, file, ...(options.limits && { limits: options.limits }) });
  onTestFinished(() => opened.close());
  const facts = () => opened.events.flatMap((event) => (event.kind === "unit.fact" ? [event.code] : []));
  return { desk: new QueueDesk(opened, settings), clock: opened.clock, queue: opened.queue, file, facts };
}

/** A new thread loads its modules first, which takes seconds on a busy machine. */
const startingAnother = { timeout: 10_000 };

/** The file, as somebody else's program has it. */
function fileOf(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  return database;
}

test("a stored text that is no task becomes a dead letter that says so, and its neighbours are handed out", async () => {
  const { desk, file, queue } = await openDesk();
  await desk.publish(["before", "broken", "other", "after"]);
  const database = fileOf(file);
  database.exec(`UPDATE task SET body = '{"id": "bro' WHERE id = 'broken'`);
  database.exec(`UPDATE task SET body = '{"id": "somebody else"}' WHERE id = 'other'`);

  expect(await desk.workOff()).toEqual(["before", "after"]);
  await desk.clock.advance(0);

  const letters = await queue.listDeadLetters({ offset: 0, limit: 9 });
  expect(letters.map(({ task, reason }) => [task.id, task.kind, reason])).toEqual([
    ["other", "unreadable", "rejected"],
    ["broken", "unreadable", "rejected"],
  ]);
  expect(letters[1]).toMatchObject({ task: { payload: { text: '{"id": "bro' } }, attempts: 1 });
  expect(letters[1]?.detail).toContain("not the JSON of this task");
  expect(queue.stats()).toMatchObject({ waiting: 0, leased: 0, dead: 2 });
});

test("whatever stands in an id, an order key or a group, tasks are handed out in their order", async () => {
  const { desk } = await openDesk();
  const odd = ["a:b", " ", "", "\0", "'; DROP TABLE task; --", "__proto__", "\u{1f4e7}\ud800", "x".repeat(512)];
  for (const text of odd) await desk.publish([text, `${text}2`], { orderKey: text, group: text });
  expect(await desk.workOff()).toEqual(odd.flatMap((text) => [text, `${text}2`]));
});

test("a wall clock that is put forward takes a task from nobody", async () => {
  const { desk, clock } = await openDesk();
  const other = await desk.another();
  await desk.publish("a");
  const held = await desk.take();
  await other.ask();
  clock.jumpWall(3_600_000);
  await clock.advance(600);
  expect(await desk.queue.renew([held])).toEqual([]);
  await clock.advance(600);
  expect(await other.tryTake()).toBeUndefined();
  await desk.queue.ack(held);
});

test("a wall clock that is put back holds up no retry, no lease and no rate limit", async () => {
  const { desk, clock } = await openDesk({ settings: { rateLimit: { tasks: 1, perMs: 100 } } });
  await desk.publish(["retried", "crashed"]);
  await desk.retry(await desk.take(), 300);
  await clock.advance(150);
  await desk.take();
  clock.jumpWall(-3_600_000);
  await clock.advance(1_600);
  expect((await desk.take()).task.id).toBe("retried");
  await clock.advance(150);
  expect((await desk.take()).crashes).toBe(1);
});

test("a consumer that leaves while its hand-out is under way leaves the task as it was", async () => {
  const { desk, queue, clock } = await openDesk();
  await desk.publish("a");
  const leaving = new AbortController();
  const { call } = SqliteDatabase.prototype;
  vi.spyOn(SqliteDatabase.prototype, "call").mockImplementationOnce(function leaveMeanwhile(
    this: SqliteDatabase,
    ...parts
  ) {
    const answer = call.apply(this, parts);
    leaving.abort();
    return answer;
  });
  const asked = queue.consume({ signal: leaving.signal, concurrency: 1 }).next();
  expect((await asked).done).toBe(true);
  await clock.advance(0);
  expect(queue.stats()).toMatchObject({ waiting: 1, leased: 0 });
  const delivery = await desk.take();
  expect([delivery.attempt, delivery.crashes]).toEqual([1, 0]);
});

test("a pause is that of one process; the others go on", async () => {
  const { desk } = await openDesk();
  const other = await desk.another();
  await desk.publish("a");
  await desk.queue.pause();
  expect(await desk.tryTake()).toBeUndefined();
  expect((await other.take()).task.id).toBe("a");
  expect([desk.queue.stats().paused, other.queue.stats().paused]).toEqual([true, false]);
});

test("a full disk refuses what needs room, in words; what makes room goes on", async () => {
  const { desk, queue } = await openDesk({ limits: { maxPages: 60 } });
  await desk.publish(["a", "b"]);
  const held = await desk.take();
  const large = queue.publish(sampleTask("large", { payload: "x".repeat(400_000) }));
  const ack = queue.ack(held);
  await expect(large).rejects.toMatchObject({ code: "DATABASE_FULL", failureClass: "outage" });
  await ack;
  expect(await desk.workOff()).toEqual(["b"]);
});

test("a file that another program holds locked is an outage that ends by itself, and who waits is served then", async () => {
  const { desk, queue, file, facts } = await openDesk({ limits: { busyTimeoutMs: 0 } });
  await desk.publish("a");
  const other = fileOf(file);
  other.exec("BEGIN IMMEDIATE");
  await expect(queue.publish(sampleTask("b"))).rejects.toMatchObject({ code: "DATABASE_LOCKED" });
  expect(await desk.tryTake()).toBeUndefined();
  await desk.clock.advance(1_000);
  expect(queue.stats().trouble).toContain("holds the database");
  other.exec("ROLLBACK");
  await desk.clock.advance(6_000);
  expect((await desk.take()).task.id).toBe("a");
  expect(queue.stats().trouble).toBeUndefined();
  expect(facts()).toEqual(["queue_unavailable", "queue_available"]);
});

test("a lease that ends while the file is locked ends when it can be used again", async () => {
  const { desk, file } = await openDesk({ limits: { busyTimeoutMs: 0 } });
  await desk.publish("a");
  await desk.take();
  const other = fileOf(file);
  await desk.clock.advance(900);
  other.exec("BEGIN IMMEDIATE");
  await desk.clock.advance(300);
  other.exec("ROLLBACK");
  await desk.clock.advance(3_000);
  expect((await desk.take()).crashes).toBe(1);
});

test("finished ids are forgotten beyond the limit, the oldest first", async () => {
  const { desk, queue } = await openDesk({ settings: { rememberFinished: 3 } });
  await desk.publish(["a", "b", "c", "d", "e"]);
  await desk.workOff();
  expect(await queue.publish(sampleTask("c"))).toBe("duplicate");
  expect(await queue.publish(sampleTask("b"))).toBe("stored");
});

test("a database thread that dies is replaced, and nothing that was accepted is lost", async () => {
  const { desk, queue } = await openDesk();
  await desk.publish("a");
  vi.spyOn(Worker.prototype, "postMessage").mockImplementationOnce(function dieInstead(this: Worker) {
    void this.terminate();
  });
  await expect(queue.publish(sampleTask("b"))).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  await vi.waitFor(async () => {
    await desk.clock.advance(200);
    expect((await desk.tryTake())?.task.id).toBe("a");
  }, startingAnother);
});

test("a file that is no database, one of a newer program and one of another queue are refused in words", async () => {
  const directory = tempDir();
  const open = (file: string) => openSqliteQueue({ settings: suiteSettings, file: join(directory, file) });
  writeFileSync(join(directory, "letter"), "Dear customer, ".repeat(500));
  await expect(open("letter")).rejects.toMatchObject({ code: "DATABASE_DAMAGED" });
  await expect(open("missing/orders")).rejects.toMatchObject({ code: "DATABASE_ACCESS" });

  await (await open("orders")).close();
  expect(statSync(join(directory, "orders")).mode & 0o777).toBe(0o600);
  const database = fileOf(join(directory, "orders"));
  database.exec("UPDATE queue SET name = 'invoices'");
  await expect(open("orders")).rejects.toMatchObject({
    code: "QUEUE_FILE_TAKEN",
    message: expect.stringContaining('belongs to queue "invoices", not to "orders"'),
  });
  database.exec("UPDATE queue SET name = 'orders'; UPDATE schema_version SET version = 99");
  await expect(open("orders")).rejects.toMatchObject({ code: "DATABASE_NEWER" });
});

test("a file that was taken away while in use accepts nothing, says so, and what it has is worked off", async () => {
  const { desk, queue, file, facts } = await openDesk();
  await desk.publish("a");
  renameSync(file, `${file}.old`);
  await expect(queue.publish(sampleTask("b"))).rejects.toMatchObject({
    code: "QUEUE_FILE_GONE",
    failureClass: "outage",
  });
  await desk.clock.advance(1_000);
  expect(queue.stats().trouble).toContain("was deleted or replaced while in use");
  expect(facts()).toEqual(["queue_unavailable"]);
  expect((await desk.take()).task.id).toBe("a");
  renameSync(`${file}.old`, file);
  await desk.clock.advance(1_000);
  expect(queue.stats().trouble).toBeUndefined();
  expect(facts()).toEqual(["queue_unavailable", "queue_available"]);
  expect(await queue.publish(sampleTask("b"))).toBe("duplicate");
});

test.each(["", "-wal", "-shm"])("another file in place of orders.sqlite%s is told", async (end) => {
  const { queue, file } = await openDesk();
  await queue.publish(sampleTask("a"));
  copyFileSync(file + end, `${file}.backup`);
  renameSync(`${file}.backup`, file + end);
  await expect(queue.publish(sampleTask("b"))).rejects.toMatchObject({ code: "QUEUE_FILE_GONE" });
});

test("a directory that cannot be reached any more is told", async () => {
  const directory = join(tempDir(), "queues");
  mkdirSync(directory);
  const { queue, clock, close } = await openSqliteQueue({ settings: suiteSettings, file: join(directory, "orders") });
  renameSync(directory, `${directory}.old`);
  symlinkSync(directory, directory);
  await clock.advance(1_000);
  expect(queue.stats().trouble).toContain("was deleted or replaced while in use");
  await close();
});

test("a text that is no task holds up neither its order key nor its group", async () => {
  const { desk, file } = await openDesk();
  await desk.publish(["broken", "follower"], { orderKey: "k", group: "g" });
  await desk.publish("neighbour", { group: "g" });
  fileOf(file).exec(`UPDATE task SET body = '{"id": "bro' WHERE id = 'broken'`);
  expect((await desk.workOff()).toSorted()).toEqual(["follower", "neighbour"]);
});

test("payloads that are large together come in several transactions, and all of them", async () => {
  const { desk, queue } = await openDesk();
  const ids = Array.from({ length: 12 }, (_, n) => `t${n}`);
  const payload = "x".repeat(900_000);
  await Promise.all(ids.map((id) => queue.publish(sampleTask(id, { payload }))));
  const stop = new AbortController();
  const deliveries = queue.consume({ signal: stop.signal, concurrency: 12 });
  const taken = await Promise.all(ids.map(() => deliveries.next()));
  expect(taken.map(({ value }) => value?.task.id)).toEqual(ids);
  stop.abort();
  await desk.clock.advance(0);
});

test("the kind makes a queue in the data directory, with all capabilities", async () => {
  const dataDir = join(tempDir(), "data");
  const queue = await sqliteQueueKind.create(
    { durability: "machine" },
    {
      name: "orders",
      settings: suiteSettings,
      clock: new SystemClock(),
      events: silentEvents,
      traces: {} as TraceFactory,
      dataDir,
    },
  );
  onTestFinished(() => queue.close());
  await queue.open();
  expect(await queue.publish(sampleTask("a"))).toBe("stored");
  expect(statSync(join(dataDir, "queues/orders.sqlite")).isFile()).toBe(true);
  expect(queue.capabilities).toEqual(sqliteQueueKind.capabilities);
});
