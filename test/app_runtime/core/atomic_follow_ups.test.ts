import { expect, test } from "vitest";
import { MemoryQueue } from "../../../src/adapters/memory_queue/memory_queue.ts";
import { FollowUpRefusedError } from "../../../src/app_runtime/contracts/follow_up.ts";
import type { LeaseStore } from "../../../src/app_runtime/contracts/lease.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { TaskInvalidError } from "../../../src/app_runtime/contracts/task_errors.ts";
import { done, type Outcome, reject, retry } from "../../../src/app_runtime/contracts/task_handler.ts";
import { queueKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { billOf, Machine, openFollowUpShop } from "./follow_up_shop.ts";
import { draft, openShop } from "./open_shop.ts";
import { queueInCommon } from "./sharing_runtimes.ts";

const minute = 60_000;

test("a follow-up is offered with the done of its task, handled in the same trace, and settled", async () => {
  const shop = await openFollowUpShop();

  await shop.order("a");

  const [order] = shop.app.eventsOf("task.done").filter(({ taskId }) => taskId === "a");
  expect(shop.billed).toEqual([{ id: "bill:a", traceId: order?.traceId }]);
  expect(await shop.machine.journal.find("bill:a" as TaskId)).toMatchObject({
    state: "done",
    queue: "bills",
    settledAt: expect.any(Number),
  });
});

test("a handler's own transaction carries its follow-ups, whatever the handler says afterwards", async () => {
  const shop = await openFollowUpShop({
    handle: async (task, context) => {
      context.followUp("bills", billOf(task.id));
      await shop.machine.journal.commit(context.unitOfWork, () => undefined);
      return retry("I forgot that I was done");
    },
  });

  await shop.order("a");

  expect(shop.billedIds).toEqual(["bill:a"]);
  expect(await shop.machine.state("a")).toBe("done");
});

test("nothing of a follow-up exists while its handler runs", async () => {
  const answer = Promise.withResolvers<Outcome>();
  const shop = await openFollowUpShop({
    handle: (task, context) => {
      context.followUp("bills", billOf(task.id));
      return answer.promise;
    },
  });

  await shop.order("a");
  expect(await shop.machine.state("bill:a")).toBeUndefined();
  expect(shop.billed).toEqual([]);

  answer.resolve(done);
  await settlePromises();
  expect(shop.billedIds).toEqual(["bill:a"]);
});

test.each([
  ["asks for a retry", () => retry("later")],
  ["rejects", () => reject("no such customer")],
  ["throws", () => Promise.reject(new Error("no database"))],
])("a handler that %s has published nothing", async (_what, answer) => {
  const shop = await openFollowUpShop({
    handle: (task, context) => {
      context.followUp("bills", billOf(task.id));
      return answer();
    },
  });

  await shop.order("a");
  await shop.app.advance(minute);

  expect(shop.billed).toEqual([]);
  expect(await shop.machine.state("bill:a")).toBeUndefined();
});

test("a task that has no journal row has follow-ups too", async () => {
  const shop = await openFollowUpShop();

  await shop.app.feed("inbox", draft("by-hand"));

  expect(shop.billedIds).toEqual(["bill:by-hand"]);
});

test("while their queue is full, follow-ups wait in the journal and hold up no worker", async () => {
  const bills = Promise.withResolvers<Outcome>();
  const shop = await openFollowUpShop({ capacity: 2, bill: () => bills.promise });
  const orders = Array.from({ length: 300 }, (_, n) => `order-${n}`);

  await shop.order(...orders);
  expect(shop.app.eventsOf("task.done")).toHaveLength(300);
  expect(shop.app.runtime.control.status().pools.find(({ name }) => name === "orders")?.workers).toMatchObject([
    { state: { kind: "idle" } },
    { state: { kind: "idle" } },
  ]);
  const billQueue = () => shop.app.runtime.control.queue("bills");
  expect(billQueue().stats.leased).toBe(1);
  expect(billQueue().followUps).toEqual({ state: "running", waiting: 200, moreWait: true, published: 2 });

  bills.resolve(done);
  await settlePromises();
  await shop.app.advance(1_000);
  expect(shop.billedIds.toSorted()).toEqual(orders.map((id) => `bill:${id}`).toSorted());
  expect(billQueue().followUps).toEqual({ state: "running", waiting: 0, moreWait: false, published: 300 });
});

test("what a runtime could not bring into the queue the next one does, and once", async () => {
  const machine = new Machine();
  const first = await openFollowUpShop({ machine, capacity: 1, billers: 0 });
  await first.order("a", "b", "c");
  await first.app.stop();
  expect(await machine.state("bill:c")).toBe("offered");

  const second = await openFollowUpShop({ machine });
  await settlePromises();

  expect(second.billedIds.toSorted()).toEqual(["bill:a", "bill:b", "bill:c"]);
  await second.app.advance(5 * minute);
  expect(second.billedIds).toHaveLength(3);
});

test("a follow-up that somebody else has committed is published within a minute", async () => {
  const shop = await openFollowUpShop();
  const task = { ...sample, id: "bill:x" as TaskId };
  await shop.machine.journal.offerFollowUps([{ task, queue: "bills" }], undefined);

  await shop.app.advance(minute);

  expect(shop.billedIds).toEqual(["bill:x"]);
});

test("a journal that fails for a while delays follow-ups, and health says so", async () => {
  const shop = await openFollowUpShop();
  const { journal } = shop.machine;
  const list = journal.list.bind(journal);
  journal.list = () => Promise.reject(new Error("the disk is full"));
  const task = { ...sample, id: "bill:x" as TaskId };
  await journal.offerFollowUps([{ task, queue: "bills" }], undefined);

  await shop.app.advance(2 * minute);
  const check = () => shop.app.runtime.health.report().checks.find(({ name }) => name === "follow-ups");
  expect(check()?.finding).toMatchObject({ state: "warn", output: expect.stringContaining("the disk is full") });

  journal.list = list;
  await shop.app.advance(minute);
  expect(shop.billedIds).toEqual(["bill:x"]);
  expect(check()?.finding).toMatchObject({ state: "pass" });
  const said = shop.app.eventsOf("unit.fact").filter(({ unit }) => unit === "source:follow-up:bills");
  expect(said.map(({ code }) => code)).toEqual(["follow_ups_wait", "follow_ups_go_on"]);
});

test("a follow-up that was given up is a dead letter like any other", async () => {
  let knows = false;
  const shop = await openFollowUpShop({ bill: () => (knows ? done : reject("no such customer")) });
  await shop.order("a", "b");
  const { control } = shop.app.runtime;
  const { letters } = await control.deadLetters("bills", { offset: 0, limit: 10 });
  expect(letters.map(({ task }) => task.id).toSorted()).toEqual(["bill:a", "bill:b"]);
  expect(letters[0]).toMatchObject({ task: { source: "follow-up:bills" }, detail: "no such customer" });

  knows = true;
  await control.retryDeadLetter("operator", "bills", "bill:a" as TaskId);
  await control.discardDeadLetter("operator", "bills", "bill:b" as TaskId);
  await settlePromises();

  expect(shop.billedIds).toEqual(["bill:a"]);
  expect([await shop.machine.state("bill:a"), await shop.machine.state("bill:b")]).toEqual(["done", "dead"]);
  await shop.app.advance(5 * minute);
  expect(shop.billedIds).toEqual(["bill:a"]);
});

test("a follow-up that its queue never takes is a dead letter, and holds up nobody", async () => {
  const choosy = queueKind({
    kind: "choosy",
    schema: {},
    capabilities: [],
    create: async (_config, parts) => {
      const queue = new MemoryQueue(parts);
      const publish = queue.publish.bind(queue);
      queue.publish = async (task) => {
        if (task.id === "bill:a") throw new TaskInvalidError("It does not fit.");
        return await publish(task);
      };
      return queue;
    },
  });
  const shop = await openFollowUpShop({ kinds: [choosy], billAdapter: "choosy" });

  await shop.order("a", "b");

  expect(shop.billedIds).toEqual(["bill:b"]);
  const { letters } = await shop.app.runtime.control.deadLetters("bills", { offset: 0, limit: 10 });
  expect(letters).toMatchObject([{ task: { id: "bill:a" }, detail: "Its queue refused it: It does not fit." }]);
});

test("a reload that replaces their queue loses no follow-up", async () => {
  const shop = await openFollowUpShop();
  await shop.app.reconfigure({ queues: { bills: { capacity: 7 } } });

  await shop.order("a");

  expect(shop.app.runtime.control.status().queues.find(({ name }) => name === "bills")?.stats.capacity).toBe(7);
  expect(shop.billedIds).toEqual(["bill:a"]);
});

test.each([
  ["with the id of its own task", (id: string) => ({ ...billOf(id), id }), /id of the task it follows/],
  ["that is no task", (id: string) => ({ ...billOf(id), priority: 1_000 }), /priority must be/],
])("a follow-up %s is refused at once", async (_what, make, why) => {
  const thrown: unknown[] = [];
  const shop = await openFollowUpShop({
    handle: (task, context) => {
      try {
        context.followUp("bills", make(task.id));
      } catch (error) {
        thrown.push(error);
      }
      return done;
    },
  });
  await shop.order("a");
  expect(thrown).toMatchObject([{ message: expect.stringMatching(why), failureClass: "permanent" }]);
  expect(shop.billed).toEqual([]);
});

test("a follow-up for a queue that is not there makes its task a dead letter that names it", async () => {
  const shop = await openFollowUpShop({
    handle: (task, context) => {
      context.followUp("bils", billOf(task.id));
      return done;
    },
  });
  await shop.order("a");
  expect(shop.app.eventsOf("task.dead_lettered")).toMatchObject([
    { taskId: "a", detail: 'There is no queue "bils" in the configuration. Known: bills, orders.' },
  ]);
});

test("a follow-up with the id of another task makes its task a dead letter, and nothing is written", async () => {
  const shop = await openFollowUpShop({
    handle: (task, context) => {
      if (task.id === "a") return done;
      context.followUp("bills", { ...billOf(task.id), id: "a" });
      return done;
    },
  });
  await shop.order("a", "b");
  expect(shop.app.eventsOf("task.dead_lettered")).toMatchObject([
    { taskId: "b", detail: expect.stringContaining("Give it an id of its own") },
  ]);
});

test("a follow-up that is added after the transaction has begun is refused, not forgotten", async () => {
  const thrown: unknown[] = [];
  const shop = await openFollowUpShop({
    handle: async (task, context) => {
      const committing = shop.machine.journal.commit(context.unitOfWork, () => undefined);
      try {
        context.followUp("bills", billOf(task.id));
      } catch (error) {
        thrown.push(error);
      }
      await committing;
      return done;
    },
  });
  await shop.order("a");
  expect(thrown).toEqual([expect.any(FollowUpRefusedError)]);
  expect(shop.billed).toEqual([]);
});

test("a follow-up that is asked for after its handler has answered is refused, and the log says so", async () => {
  const late = Promise.withResolvers<void>();
  let asking: Promise<unknown> = Promise.resolve();
  const shop = await openFollowUpShop({
    handle: (task, context) => {
      asking = late.promise.then(() => context.followUp("bills", billOf(task.id)));
      return done;
    },
  });
  await shop.order("a");
  late.resolve();

  await expect(asking).rejects.toBeInstanceOf(FollowUpRefusedError);
  expect(shop.app.eventsOf("unit.fact")).toMatchObject([
    {
      unit: "source:follow-up:bills",
      code: "follow_up_missed",
      level: "error",
      message: expect.stringContaining("task a asked for the follow-up bill:a after it had answered"),
    },
  ]);
  expect(shop.billed).toEqual([]);
});

test("without a journal a handler is told what its follow-ups need", async () => {
  const app = await openShop({
    handle: (task, context) => {
      context.followUp("orders", billOf(task.id));
      return done;
    },
  });
  await app.feed("inbox", draft("a"));
  expect(app.eventsOf("task.retried")[0]?.reason).toContain("A follow-up task needs a journal");
});

/** Leases that lie outside the journals; this runtime gets those of its mailboxes. */
function leasesElsewhere(): LeaseStore {
  return {
    durationMs: 15_000,
    fencesWrites: false,
    look: async () => undefined,
    take: async (name) => (name.startsWith("source:follow-up:") ? undefined : { name, token: 1 }),
    renew: async () => true,
    release: async () => undefined,
    fence: () => undefined,
  };
}

test("where each machine has a journal of its own, each brings its follow-ups into its own queue", async () => {
  const shop = await openFollowUpShop({ leases: leasesElsewhere() });

  await shop.order("a");

  expect(shop.billedIds).toEqual(["bill:a"]);
  expect(await shop.machine.state("bill:a")).toBe("done");
});

test("where such machines share the queue, either handles a follow-up of the other, once", async () => {
  const shared = { kinds: [queueInCommon()], billAdapter: "shared", leases: leasesElsewhere() };
  const a = await openFollowUpShop({ ...shared, billers: 0 });
  const b = await openFollowUpShop(shared);

  await a.order("a");

  expect(b.billedIds).toEqual(["bill:a"]);
  expect([await a.machine.state("bill:a"), await b.machine.state("bill:a")]).toEqual(["done", undefined]);
  expect(b.app.eventsOf("task.dead_lettered")).toEqual([]);
});

const sample = {
  kind: "bill",
  schemaVersion: 1,
  payload: null,
  priority: 0,
  source: "follow-up:bills",
  carrier: {},
  configVersion: "1",
};
