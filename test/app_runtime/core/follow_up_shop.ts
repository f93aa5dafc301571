import type { LeaseStore } from "../../../src/app_runtime/contracts/lease.ts";
import type { TaskDraft, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { done, type TaskContext, type TaskHandler } from "../../../src/app_runtime/contracts/task_handler.ts";
import { type SourceParts, sourceKind, type UnitKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { openShop } from "./open_shop.ts";

interface Bill {
  readonly id: string;
  readonly traceId: string;
}

/** What survives a runtime: its journal. */
export class Machine {
  readonly clock = new ManualClock();
  readonly journal = new MemoryJournal({ clock: this.clock });

  async state(id: string): Promise<string | undefined> {
    return (await this.journal.find(id as TaskId))?.state;
  }
}

export interface FollowUpShopOptions {
  readonly machine?: Machine;
  /** Of an order. Its context is the real one. */
  readonly handle?: TaskHandler["handle"];
  readonly bill?: TaskHandler["handle"];
  readonly capacity?: number;
  readonly billers?: number;
  /** Of the queue of orders. */
  readonly adapter?: string;
  readonly kinds?: readonly UnitKind[];
  /** Of the queue of bills. */
  readonly billAdapter?: string;
  readonly leases?: LeaseStore;
}

/** Orders come from a source with a journal; their bills go into a second queue, which has its own pool. */
export async function openFollowUpShop(options: FollowUpShopOptions = {}) {
  const machine = options.machine ?? new Machine();
  const billed: Bill[] = [];
  let parts: SourceParts | undefined;
  const mailbox = sourceKind({
    kind: "mailbox",
    schema: {},
    journaled: true,
    create: async (_config, given) => {
      parts = given;
      return restful(given.name);
    },
  });
  const bill: TaskHandler["handle"] = options.bill ?? (() => done);
  const { capacity = 100, billers = 1 } = options;
  const app = await openShop({
    clock: machine.clock,
    kinds: [mailbox, ...(options.kinds ?? [])],
    config: { queues: { orders: { adapter: options.adapter ?? "memory" } } },
    infrastructure: () => ({ journal: machine.journal, ...(options.leases && { leases: options.leases }) }),
    handle: options.handle ?? ((task, context) => billFor(context, task.id)),
    more: (registry) => {
      registry.source("mails", { adapter: "mailbox", queue: "orders" });
      registry.queue("bills", { adapter: options.billAdapter ?? "memory", capacity, retry: { attempts: 1 } });
      registry.handler("bill", {
        needs: [],
        create: () => ({
          handle: async (task, context) => {
            const outcome = await bill(task, context);
            if (outcome.kind === "done") billed.push({ id: task.id, traceId: context.trace.traceId });
            return outcome;
          },
        }),
      });
      if (billers > 0) registry.workers("billing", { queue: "bills", handler: "bill", concurrency: billers });
    },
  });
  return {
    app,
    machine,
    billed,
    get billedIds() {
      return billed.map(({ id }) => id);
    },
    /** Brings in orders that have a journal row. */
    order: async (...ids: readonly string[]) => {
      if (parts === undefined) throw new Error("The source was not made.");
      for (const id of ids) {
        const task = parts.publisher.prepare({ id, kind: "order", payload: null });
        await machine.journal.offer([{ task, queue: "orders" }]);
        await parts.publisher.publish(task);
      }
      await settlePromises();
    },
  };
}

export function billOf(taskId: string): TaskDraft {
  return { id: `bill:${taskId}`, kind: "bill", payload: null };
}

function billFor(context: TaskContext, taskId: string) {
  context.followUp("bills", billOf(taskId));
  return done;
}

function restful(name: string) {
  const status = { state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} } as const;
  const nothing = () => undefined;
  const soon = async () => undefined;
  return {
    name,
    start: soon,
    quiesce: soon,
    stop: soon,
    pause: nothing,
    resume: nothing,
    trigger: nothing,
    status: () => status,
    health: () => ({ state: "pass" }) as const,
  };
}
