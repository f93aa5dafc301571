import { once } from "node:events";
import { writeSync } from "node:fs";
import { JournalStore } from "../../../src/adapters/journal_sqlite/journal_store.ts";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { sqliteQueueKind } from "../../../src/adapters/sqlite_queue/index.ts";
import { layerOf } from "../../../src/app_runtime/config/api.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import { done, type TaskContext } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { TaskQueue } from "../../../src/app_runtime/contracts/task_queue.ts";
import { queueKind, type SourceParts, sourceKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { RuntimeManager } from "../../../src/app_runtime/core/api.ts";
import { effects, insertEffect } from "./effect_tables.ts";

/**
 * Takes orders, each with a bill that follows it in another queue, both written as rows. It says which orders it has
 * accepted, and dies by its own SIGKILL when a bill has been committed and is about to enter its queue. With others it
 * shares the data directory, and runs until it is told to stop.
 */
const [dataDir = "", queueName = "", round = "", orders = "0", dieAtBill = "0", others = ""] = process.argv.slice(2);
const isShared = others === "shared";
const store = Promise.withResolvers<JournalStore>();
const inner = queueName === "memory" ? memoryQueueKind : sqliteQueueKind;
const taken = Promise.withResolvers<void>();
let billsEntering = 0;

const deadly = queueKind({
  kind: "deadly",
  schema: inner.schema,
  capabilities: inner.capabilities,
  create: async (config, parts) => {
    const queue = await inner.create(config, parts);
    return parts.name === "bills" ? dyingAtPublish(queue) : queue;
  },
});

function dyingAtPublish(queue: TaskQueue): TaskQueue {
  return new Proxy(queue, {
    get: (target, key) => {
      if (key === "publish") {
        billsEntering += 1;
        if (billsEntering === Number(dieAtBill)) process.kill(process.pid, "SIGKILL");
      }
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function write(effect: string, context: TaskContext): Promise<typeof done> {
  const { transactions } = await store.promise;
  await transactions.write([{ sql: insertEffect, params: [effect] }], { alsoDone: context.unitOfWork });
  return done;
}

async function order(task: Task, context: TaskContext): Promise<typeof done> {
  context.followUp("bills", { id: `bill:${task.id}`, kind: "bill", payload: null });
  return await write(task.id, context);
}

const runtime = new RuntimeManager({
  kinds: [deadly, sourceKind({ kind: "mailbox", schema: {}, journaled: true, create: openMailbox })],
  modules: [
    {
      name: "shop",
      register: (registry) => {
        for (const name of ["orders", "bills"]) registry.queue(name, { adapter: "deadly", lease: "500ms" });
        registry.source("mails", { adapter: "mailbox", queue: "orders" });
        registry.handler("order", { needs: [], create: () => ({ handle: order }) });
        registry.handler("bill", {
          needs: [],
          create: () => ({ handle: (task, context) => write(task.id, context) }),
        });
        registry.workers("orders", { queue: "orders", handler: "order" });
        registry.workers("bills", { queue: "bills", handler: "bill", maxCrashes: 1_000 });
      },
    },
  ],
  config: {
    providers: [
      {
        name: "test",
        load: async () => layerOf({ platform: { dataDir } }, { layer: "test", source: "test" }),
        watch: () => ({ [Symbol.dispose]: () => undefined }),
      },
    ],
  },
  infrastructure: ({ clock, events }) => {
    const shared = isShared ? { shared: { leaseMs: 1_000 } } : {};
    const made = new JournalStore({
      dataDir,
      migrations: [effects],
      clock,
      events,
      keepSettledMs: 86_400_000,
      ...shared,
    });
    store.resolve(made);
    return { journal: made.journal, ...(made.leases && { leases: made.leases }), components: [made] };
  },
});

async function openMailbox(_config: unknown, parts: SourceParts) {
  const status = { state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} } as const;
  const nothing = () => undefined;
  return {
    name: parts.name,
    start: async () => {
      const rows = await parts.journal.list({ state: "offered", source: parts.name, limit: 10_000 });
      for (const { task } of rows) await parts.publisher.publish(task);
      void takeOrders(parts);
    },
    quiesce: async () => undefined,
    stop: async () => undefined,
    pause: nothing,
    resume: nothing,
    trigger: nothing,
    status: () => status,
    health: () => ({ state: "pass" }) as const,
  };
}

async function takeOrders({ publisher, journal }: SourceParts): Promise<void> {
  for (let n = 0; n < Number(orders); n += 1) {
    const task = publisher.prepare({ id: `${round}-${n}`, kind: "mail", payload: null });
    await journal.offer([{ task, queue: "orders" }]);
    writeSync(1, `${task.id}\n`);
    await publisher.publish(task);
  }
  taken.resolve();
}

async function allIsDone(): Promise<void> {
  await taken.promise;
  const { journal } = await store.promise;
  while ((await journal.list({ state: "offered", limit: 1 })).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

await runtime.start();
if (isShared) await once(process, "SIGTERM");
else await allIsDone();
await runtime.stop("all is done");
