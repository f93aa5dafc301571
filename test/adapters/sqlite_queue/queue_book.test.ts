import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import type { Step, Taken, TaskRow, WorkDone } from "../../../src/adapters/sqlite_queue/queue_protocol.ts";
import { queueMigrations } from "../../../src/adapters/sqlite_queue/queue_tables.ts";
import { QueueBook } from "../../../src/adapters/sqlite_queue/thread/queue_book.ts";
import type { QueueSettings } from "../../../src/app_runtime/contracts/task_queue.ts";
import { suiteSettings } from "../../../src/app_runtime/testing/task_queue/queue_desk.ts";

/** The queue as its thread has it, at a time of day that the test says. */
function openBook(settings: Partial<QueueSettings> = {}) {
  const database = new DatabaseSync(":memory:");
  onTestFinished(() => database.close());
  for (const step of queueMigrations.steps) database.exec(step);
  database.exec("INSERT INTO queue VALUES (1, 'orders', 2, 0, 0, 0, 0, 0)");
  const book = new QueueBook(database, { name: "orders", ...suiteSettings, ...settings });
  const work = (steps: readonly Step[], take = 0, now = 0): WorkDone => book.work({ now, steps, take, seenVersion: 0 });
  return { database, book, work };
}

const row = (id: string, more: Partial<TaskRow> = {}): TaskRow => ({
  id,
  source: "inbox",
  orderKey: null,
  group: null,
  priority: 0,
  dueAt: 0,
  body: "{}",
  ...more,
});

const publish = (id: string, more?: Partial<TaskRow>): Step => ({ kind: "publish", row: row(id, more), admit: true });

function only(taken: readonly Taken[]): Taken {
  expect(taken).toHaveLength(1);
  return taken[0] as Taken;
}

test("a lease that was renewed since it was looked at does not end", () => {
  const { work } = openBook();
  const lease = only(work([publish("a")], 1).taken);
  expect(work([{ kind: "renew", leases: [lease] }]).results).toEqual([[true]]);
  expect(work([{ kind: "expire", lease }]).results).toEqual([false]);
  expect(work([{ kind: "expire", lease: { ...lease, renewals: lease.renewals + 1 } }], 1)).toMatchObject({
    results: [true],
    taken: [{ id: "a", crashes: 1, leases: lease.leases + 1 }],
  });
  expect(work([{ kind: "ack", lease }]).results).toEqual([false]);
});

test("after a publisher that found no room none comes in before it, though room came free meanwhile", () => {
  const { work } = openBook({ capacity: 1 });
  const lease = only(work([publish("a")], 1).taken);
  const steps: Step[] = [publish("b"), { kind: "ack", lease }, publish("c"), publish("a")];
  expect(work(steps).results).toEqual(["full", true, "full", "duplicate"]);
  expect(work([publish("b"), publish("c")]).results).toEqual(["stored", "full"]);
});

test("whoever stands in line behind others only learns whether it is a duplicate", () => {
  const { work } = openBook();
  expect(work([{ kind: "publish", row: row("a"), admit: false }, publish("b")]).results).toEqual(["full", "full"]);
});

test("what one transaction leaves of a great many that are due comes with the next", () => {
  const { work } = openBook({ capacity: 10_000 });
  work(Array.from({ length: 2_500 }, (_, n) => publish(`t${n}`, { dueAt: 100 })));
  const steps = [1_000, 2_000, 2_500].map((ready) => ({ ready, done: work([], 0, 100) }));
  expect(steps.map(({ done }) => done.counts.waiting)).toEqual([1_000, 2_000, 2_500]);
  expect(steps.map(({ done }) => done.more)).toEqual([true, true, false]);
});

test("a hand-out goes past a thousand tasks of a full group, then leaves the rest to the next transaction", () => {
  const { work } = openBook({ capacity: 10_000 });
  work(Array.from({ length: 2_500 }, (_, n) => publish(`g${n}`, { group: "g" })));
  work([publish("other")]);
  const first = work([], 2);
  expect([first.taken.map(({ id }) => id), first.more]).toEqual([["g0"], true]);
  const further = [work([], 1), work([], 1), work([], 1)];
  expect(further.flatMap(({ taken }) => taken.map(({ id }) => id))).toEqual(["other"]);
});

test("a process with another group limit begins with those that were parked", () => {
  const { database, work } = openBook({ groupLimit: 1 });
  expect(work([publish("a", { group: "g" }), publish("b", { group: "g" })], 2).taken).toHaveLength(1);
  const other = new QueueBook(database, { name: "orders", ...suiteSettings, groupLimit: 2 });
  other.begin(0);
  expect(only(other.work({ now: 0, steps: [], take: 1, seenVersion: 0 }).taken).id).toBe("b");
});

test("the figures are those of the rows after everything", () => {
  const { database, work } = openBook();
  const steps = ["a", "b", "c", "d"].map((id) => publish(id, { orderKey: "k", group: "g" }));
  const lease = only(work([...steps, publish("late", { dueAt: 500 })], 3).taken);
  work([{ kind: "nack", lease, delayMs: 100, burnAttempt: true }]);
  work([{ kind: "withdraw", source: "nobody" }]);
  const states = database.prepare("SELECT state, count(*) AS tasks FROM task GROUP BY state ORDER BY state").all();
  expect(states).toEqual([
    { state: 3, tasks: 2 },
    { state: 5, tasks: 3 },
  ]);
  expect(work([]).counts).toEqual({ waiting: 3, delayed: 2, leased: 0, dead: 0 });
  expect(database.prepare("SELECT count(*) AS running FROM task_group").get()).toEqual({ running: 0 });
});
