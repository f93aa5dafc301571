import { expect, test } from "vitest";
import { MemoryQueue, memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { layerOf } from "../../../src/app_runtime/config/api.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { queueKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { RuntimeManager } from "../../../src/app_runtime/core/runtime_manager.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { HandHeld } from "../workers/open_pool.ts";
import { draft, openShop, scriptedSource, shopModule } from "./open_shop.ts";

const brokenQueueKind = queueKind({
  kind: "broken",
  schema: {},
  capabilities: [],
  create: () => Promise.reject(new Error("no licence")),
});
const second = { sources: { second: { adapter: "by_hand", queue: "orders" } } };

function healthOf(shop: Awaited<ReturnType<typeof openShop>>, name: string) {
  return shop.runtime.health.report().checks.find((check) => check.name === name)?.finding;
}

test("a source that is added starts, one that is removed stops, and the rest goes on untouched", async () => {
  const shop = await openShop();
  expect((await shop.reconfigure(second)).kind).toBe("applied");
  await shop.feed("second", draft("a"));
  expect(shop.eventsOf("task.done")).toHaveLength(1);
  await shop.reconfigure({});
  await expect(shop.feed("second", draft("b"))).rejects.toThrow("is stopped");
  expect(shop.eventsOf("unit.stopped").map(({ unit }) => unit)).toEqual(["source:second"]);
  expect(shop.eventsOf("unit.started").map(({ unit }) => unit)).toEqual(["source:inbox", "source:second"]);
  expect(healthOf(shop, "source:second")).toBeUndefined();
});

test("a pool that changes finishes what it holds before the new one takes over", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle });
  for (const id of ["a", "b", "c", "d"]) await shop.feed("inbox", draft(id));
  expect(handler.runs).toHaveLength(2);
  const reloading = shop.reconfigure({ workers: { orders: { concurrency: 1 } } });
  await settlePromises();
  expect(shop.runtime.control.status().pools[0]?.state).toBe("stopping");
  for (const run of handler.runs) run.answer(done);
  expect((await reloading).kind).toBe("applied");
  await settlePromises();
  expect(handler.runs.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  handler.run.answer(done);
  await settlePromises();
  handler.run.answer(done);
});

test("the retry policy of a queue may change while tasks wait in it", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle });
  for (const id of ["a", "b", "c"]) await shop.feed("inbox", draft(id));
  const reloading = shop.reconfigure({ queues: { orders: { retry: { attempts: 1 } } } });
  await settlePromises();
  expect(shop.runtime.control.status().pools[0]?.state).toBe("stopping");
  for (const run of handler.runs) run.answer(done);
  expect((await reloading).kind).toBe("applied");
  await settlePromises();
  handler.run.fail(new Error("no catalogue"));
  await settlePromises();
  expect(shop.eventsOf("task.dead_lettered")).toMatchObject([{ taskId: "c", reason: "exhausted" }]);
});

test("a queue that holds tasks is neither changed nor removed, and the reload says why", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle });
  await shop.feed("inbox", draft("a"));
  const outcome = await shop.reconfigure({ queues: { orders: { capacity: 5 } } });
  expect(outcome.kind).toBe("vetoed");
  expect(shop.eventsOf("config.rejected")[0]?.error).toContain('Queue "orders" still holds 1 tasks');
  expect(shop.runtime.snapshot.version).toBe(outcome.version);
  handler.run.answer(done);
  await settlePromises();
  expect((await shop.reconfigure({ queues: { orders: { capacity: 5 } } })).kind).toBe("applied");
  expect(shop.runtime.control.status().queues[0]?.stats.capacity).toBe(5);
  await shop.feed("inbox", draft("b"));
  expect(handler.run.id).toBe("b");
  handler.run.answer(done);
});

test("dead letters keep their queue from being removed", async () => {
  const shop = await openShop({ handle: () => ({ kind: "reject", reason: "no such customer" }) });
  await shop.feed("inbox", draft("a"));
  const outcome = await shop.reconfigure({ queues: { orders: { capacity: 5 } } });
  expect(outcome.kind).toBe("vetoed");
});

test("a new unit that does not start is visible, what leans on it too, and the others live", async () => {
  const shop = await openShop({ kinds: [brokenQueueKind] });
  const outcome = await shop.reconfigure({
    queues: { spare: { adapter: "broken" } },
    sources: { spare: { adapter: "by_hand", queue: "spare" } },
  });
  expect(outcome.kind).toBe("applied");
  expect(shop.eventsOf("unit.failed").map(({ unit, error }) => [unit, error])).toEqual([
    ["queue:spare", "no licence"],
    ["source:spare", 'It needs the queue "spare", which did not start: no licence'],
  ]);
  expect(healthOf(shop, "queue:spare")).toMatchObject({ state: "fail" });
  await shop.feed("inbox", draft("a"));
  expect(shop.eventsOf("task.done")).toHaveLength(1);
  await shop.reconfigure({});
  expect(healthOf(shop, "queue:spare")).toBeUndefined();
});

test("a task for a queue that did not start waits for it, and is no dead letter", async () => {
  let isBroken = true;
  const mended = queueKind({
    kind: "mended",
    schema: {},
    capabilities: [],
    create: async (_config, parts) => (isBroken ? Promise.reject(new Error("no licence")) : new MemoryQueue(parts)),
  });
  const shop = await openShop({
    kinds: [mended],
    handle: async (task, context) => {
      await context.publish("spare", { id: `spare-${task.id}`, kind: "spare", payload: null });
      return done;
    },
  });
  await shop.reconfigure({ queues: { spare: { adapter: "mended" } } });
  await shop.feed("inbox", draft("a"));
  await shop.advance(60_000);
  expect(shop.eventsOf("task.dead_lettered")).toEqual([]);

  isBroken = false;
  await shop.reconfigure({ queues: { spare: { adapter: "mended", capacity: 5 } } });
  await shop.advance(60_000);
  expect(shop.eventsOf("task.done").map(({ taskId }) => taskId)).toEqual(["a"]);
  expect(shop.runtime.control.queue("spare").stats.waiting).toBe(1);
});

test("a configuration that is wrong is refused as a whole, and the old one goes on", async () => {
  const shop = await openShop();
  const outcome = await shop.reconfigure({ workers: { orders: { concurency: 3 } }, queues: { orders: { lease: 5 } } });
  expect(outcome).toMatchObject({ kind: "invalid" });
  expect(shop.eventsOf("config.rejected")).toHaveLength(1);
  await shop.feed("inbox", draft("a"));
  expect(shop.eventsOf("task.done")).toHaveLength(1);
});

test("a source whose queue is replaced is started anew on the new one", async () => {
  const { kind, log } = scriptedSource({});
  const scripted = { sources: { third: { adapter: "scripted", queue: "orders" } } };
  const shop = await openShop({ kinds: [kind], config: scripted });
  await shop.reconfigure({ ...scripted, queues: { orders: { capacity: 7 } } });
  expect(log).toEqual(["start", "stop", "start"]);
  await shop.feed("inbox", draft("a"));
  expect(shop.eventsOf("task.done")).toHaveLength(1);
});

test("reloads one after another end as the last one says", async () => {
  const shop = await openShop();
  const outcomes = [shop.reconfigure(second), shop.reconfigure({ workers: { orders: { concurrency: 7 } } })];
  await Promise.all(outcomes);
  expect(shop.runtime.control.status().pools[0]?.concurrency).toBe(7);
  expect(shop.runtime.control.status().sources.map(({ name }) => name)).toEqual(["inbox"]);
});

test("tasks carry the version under which they were accepted", async () => {
  const versions: string[] = [];
  const shop = await openShop({
    handle: (task) => {
      versions.push(task.configVersion);
      return done;
    },
  });
  await shop.feed("inbox", draft("a"));
  await shop.reconfigure(second);
  await shop.feed("inbox", draft("b"));
  expect(versions).toEqual([versions[0], shop.runtime.snapshot.version]);
  expect(versions[0]).not.toBe(versions[1]);
});

test("a queue that is replaced loses nothing that is published into it meanwhile", async () => {
  const secondMade = Promise.withResolvers<void>();
  let made = 0;
  const slow = queueKind({
    kind: "slow",
    schema: {},
    capabilities: memoryQueueKind.capabilities,
    create: async (_config, parts) => {
      made += 1;
      if (made === 2) await secondMade.promise;
      return new MemoryQueue(parts);
    },
  });
  const billed: string[] = [];
  const shop = await openShop({
    kinds: [slow],
    handle: async (task, context) => {
      await context.publish("invoices", { id: `invoice-${task.id}`, kind: "invoice", payload: null });
      return done;
    },
    more: (registry) => {
      registry.queue("invoices", { adapter: "slow" });
      registry.workers("billing", { queue: "invoices", handler: "bill" });
      registry.handler("bill", {
        needs: [],
        create: () => ({
          handle: ({ id }) => {
            billed.push(id);
            return done;
          },
        }),
      });
    },
  });
  const reloading = shop.reconfigure({ queues: { invoices: { capacity: 5 } } });
  await settlePromises();
  await shop.feed("inbox", draft("a"));
  secondMade.resolve();
  expect((await reloading).kind).toBe("applied");
  await shop.feed("inbox", draft("b"));
  expect(billed).toEqual(["invoice-a", "invoice-b"]);
  expect(shop.eventsOf("task.dead_lettered")).toEqual([]);
  expect(shop.runtime.control.queue("invoices").stats.capacity).toBe(5);
});

test("a queue that would not run empty is replaced by the next reload after it has", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle });
  const reloading = shop.reconfigure({ queues: { orders: { capacity: 5 } } });
  // Accepted after the question whether anything stands against the change, and before it is made.
  await shop.feed("inbox", draft("a"));
  await shop.advance(30_000);
  await reloading;
  const stillOld = shop.runtime.control.queue("orders").stats.capacity;
  for (const run of handler.runs) run.answer(done);
  await settlePromises();
  expect(
    (await shop.reconfigure({ queues: { orders: { capacity: 5 } }, workers: { orders: { concurrency: 1 } } })).kind,
  ).toBe("applied");
  expect([stillOld, shop.runtime.control.queue("orders").stats.capacity]).toEqual([1000, 5]);
});

test("the history of a unit's health outlives a reload that does not concern it", async () => {
  const shop = await openShop();
  const since = () => shop.runtime.health.report().checks.find(({ name }) => name === "queue:orders")?.since;
  const before = since();
  await shop.advance(5_000);
  await shop.reconfigure(second);
  expect(since()).toBe(before);
});

test("a reload that comes during the boot is followed when the boot is over", async () => {
  const started = Promise.withResolvers<void>();
  const { kind } = scriptedSource({ start: () => started.promise });
  let concurrency = 2;
  const runtime = new RuntimeManager({
    modules: [shopModule(() => done)],
    kinds: [memoryQueueKind, { ...kind, kind: "by_hand" }],
    clock: new ManualClock(),
    pauses: { load: async () => [], save: async () => {} },
    config: {
      providers: [
        {
          name: "test",
          load: async () => layerOf({ workers: { orders: { concurrency } } }, { layer: "test", source: "test" }),
          watch: () => ({ [Symbol.dispose]: () => {} }),
        },
      ],
    },
  });
  const booting = runtime.start();
  await settlePromises();
  concurrency = 7;
  const reloading = runtime.reload("SIGHUP");
  await settlePromises();
  started.resolve();
  await booting;
  expect((await reloading).kind).toBe("applied");
  expect(runtime.control.pool("orders").workers).toHaveLength(7);
  await runtime.stop("test over");
});

test("what takes effect only after a restart is said so", async () => {
  const shop = await openShop();
  await shop.reconfigure({ platform: { name: "other-shop" } });
  expect(shop.eventsOf("config.applied").at(-1)).toMatchObject({
    changes: ["platform.name"],
    restart: ["platform.name"],
  });
});
