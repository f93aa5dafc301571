import { onTestFinished, vi } from "vitest";
import { JournalStore } from "../../../src/adapters/journal_sqlite/journal_store.ts";
import { MemoryQueue } from "../../../src/adapters/memory_queue/memory_queue.ts";
import { layerOf } from "../../../src/app_runtime/config/api.ts";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { done, type TaskContext, type TaskHandler } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { QueueCapability, TaskQueue } from "../../../src/app_runtime/contracts/task_queue.ts";
import {
  type QueueKind,
  queueKind,
  type SourceParts,
  sourceKind,
  type UnitKind,
} from "../../../src/app_runtime/contracts/unit_kind.ts";
import { RuntimeManager } from "../../../src/app_runtime/core/api.ts";
import { insertItem, shop } from "../../adapters/sqlite/shop_tables.ts";

export type Handle = (task: Task, context: TaskContext, runtime: SharingRuntime) => ReturnType<TaskHandler["handle"]>;

export interface SharingOptions {
  readonly dataDir: string;
  /** `adapter: shared`; the same object for runtimes of one process. */
  readonly queue: QueueKind;
  readonly handle: Handle;
  readonly leaseMs?: number;
  readonly concurrency?: number;
}

/** One of several runtimes on a data directory: real journal and leases, a mailbox that a test fills, orders and bills. */
export class SharingRuntime {
  readonly runtime: RuntimeManager;
  readonly store: Promise<JournalStore>;
  readonly handled: string[] = [];
  readonly billed: string[] = [];
  #parts: SourceParts | undefined;

  constructor({ dataDir, queue, handle, leaseMs = 1_000, concurrency = 4 }: SharingOptions) {
    const store = Promise.withResolvers<JournalStore>();
    this.store = store.promise;
    const kinds: UnitKind[] = [queue, this.#mailboxKind()];
    this.runtime = new RuntimeManager({
      kinds,
      modules: [
        {
          name: "shop",
          register: (registry) => {
            registry.queue("orders", {
              adapter: queue.kind,
              lease: "1s",
              retry: { attempts: 2, initialDelay: "10ms" },
            });
            registry.source("mails", { adapter: "mailbox", queue: "orders" });
            registry.workers("orders", { queue: "orders", handler: "order", concurrency });
            const handleOrder: TaskHandler["handle"] = (task, context) => {
              this.handled.push(task.id);
              return handle(task, context, this);
            };
            registry.queue("bills", { adapter: queue.kind, lease: "1s" });
            registry.workers("bills", { queue: "bills", handler: "bill", concurrency });
            registry.handler("bill", {
              needs: [],
              create: () => ({
                handle: (task) => {
                  this.billed.push(task.id);
                  return done;
                },
              }),
            });
            registry.handler("order", { needs: [], create: () => ({ handle: handleOrder }) });
          },
        },
      ],
      config: {
        providers: [
          {
            name: "test config",
            load: async () => layerOf({ platform: { dataDir } }, { layer: "test", source: "test" }),
            watch: () => ({ [Symbol.dispose]: () => undefined }),
          },
        ],
      },
      infrastructure: ({ clock, events }) => {
        const made = new JournalStore({
          dataDir,
          migrations: [shop],
          clock,
          events,
          keepSettledMs: 86_400_000,
          shared: { leaseMs },
        });
        store.resolve(made);
        return { journal: made.journal, ...(made.leases && { leases: made.leases }), components: [made] };
      },
    });
  }

  get isHolder(): boolean {
    return this.#state === "running";
  }

  get #state(): string | undefined {
    return this.runtime.control.status().sources[0]?.status.state;
  }

  /** The transaction of an order: its effect with its done. */
  async order(task: Task, context: TaskContext): Promise<typeof done> {
    const { transactions } = await this.store;
    await transactions.write([{ sql: insertItem, params: [`order of ${task.id}`] }], { alsoDone: context.unitOfWork });
    return done;
  }

  /** Mails come in; only the holder can say so. */
  async bring(...ids: readonly string[]): Promise<void> {
    const { publisher, journal } = this.#made;
    const tasks = ids.map((id) => publisher.prepare({ id, kind: "mail", payload: null }));
    await journal.offer(tasks.map((task) => ({ task, queue: "orders" })));
    await Promise.all(tasks.map((task) => publisher.publish(task)));
  }

  async settledIds(): Promise<readonly string[]> {
    const { database } = await this.store;
    const rows = await database.read("SELECT task_id FROM journal WHERE settled_at IS NOT NULL ORDER BY task_id");
    return rows.map((row) => String(row.task_id));
  }

  async items(): Promise<readonly string[]> {
    const { database } = await this.store;
    return (await database.read("SELECT item FROM orders ORDER BY item")).map((row) => String(row.item));
  }

  async stateOf(id: string): Promise<string | undefined> {
    return (await (await this.store).journal.find(id as TaskId))?.state;
  }

  get #made(): SourceParts {
    if (this.#parts === undefined) throw new Error("This runtime has not made its source.");
    return this.#parts;
  }

  #mailboxKind() {
    return sourceKind({
      kind: "mailbox",
      schema: {},
      journaled: true,
      create: async (_config, parts) => {
        this.#parts = parts;
        return mailboxOf(parts);
      },
    });
  }
}

/** Starts it; after the test it has stopped. */
export async function startSharing(options: SharingOptions): Promise<SharingRuntime> {
  const sharing = new SharingRuntime(options);
  await sharing.runtime.start();
  onTestFinished(async () => {
    if (sharing.runtime.state.kind === "running") await sharing.runtime.stop("the test is over");
  });
  return sharing;
}

export async function until(expectation: () => unknown): Promise<void> {
  await vi.waitFor(async () => void (await expectation()), { interval: 20, timeout: 20_000 });
}

/** One memory queue for all runtimes of this process, as a queue between processes would be. */
export function queueInCommon(): QueueKind {
  const opened = new Map<string, MemoryQueue>();
  const users = new Map<MemoryQueue, number>();
  const leave = async (queue: MemoryQueue) => {
    users.set(queue, (users.get(queue) ?? 0) - 1);
    if (users.get(queue) === 0) await queue.close();
  };
  const capabilities = new Set<QueueCapability>(["shared-by-processes"]);
  return queueKind({
    kind: "shared",
    schema: {},
    capabilities,
    create: async (_config, parts) => {
      const queue = opened.get(parts.name) ?? new MemoryQueue(parts);
      opened.set(parts.name, queue);
      return new Proxy<TaskQueue>(queue, {
        get: (target, key) => {
          if (key === "capabilities") return capabilities;
          if (key === "open") return async () => void users.set(queue, (users.get(queue) ?? 0) + 1);
          if (key === "close") return () => leave(queue);
          const value: unknown = Reflect.get(target, key, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  });
}

/** Offers again at its start what nobody has finished, and settles what is done when the journal says so. */
function mailboxOf({ name, journal, publisher }: SourceParts) {
  const status = { state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} } as const;
  const nothing = () => undefined;
  let watching: Disposable | undefined;
  let settling: Promise<void> = Promise.resolve();
  const settle = async () => {
    const rows = await journal.unsettled(name, 1_000);
    if (rows.length > 0) await journal.settled(rows.map(({ task }) => task.id));
  };
  return {
    name,
    start: async () => {
      watching = journal.watch(name, () => {
        settling = settling.then(settle);
      });
      const rows = await journal.list({ state: "offered", source: name, limit: 1_000 });
      for (const { task } of rows) await publisher.publish(task);
      await settle();
    },
    quiesce: async () => undefined,
    stop: async () => {
      watching?.[Symbol.dispose]();
      await settling.catch(() => undefined);
    },
    pause: nothing,
    resume: nothing,
    trigger: nothing,
    status: () => status,
    health: () => ({ state: "pass" }) as const,
  };
}
