import type { Clock } from "../../../src/app_runtime/base/clock.ts";
import { RuntimeError } from "../../../src/app_runtime/base/runtime_error.ts";
import { sleep } from "../../../src/app_runtime/base/sleep.ts";
import type { Publisher } from "../../../src/app_runtime/contracts/publisher.ts";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import {
  done,
  type Outcome,
  reject,
  retry,
  type TaskContext,
} from "../../../src/app_runtime/contracts/task_handler.ts";
import { type SourceKind, sourceKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import type { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import type { SeededRandom } from "../../../src/app_runtime/testing/seeded_random.ts";

class ShopDownError extends RuntimeError {
  readonly code = "SHOP_DOWN";
  override readonly failureClass = "outage";
}

/** What a handler may do with a task that carries an order key: never give it up, or its order would be an operator's. */
const keyedFates = ["commit", "commit", "commit", "answer", "throw", "retry", "outage", "hang", "commit late"] as const;
const freeFates = [...keyedFates, "reject", "commit and throw"] as const;

/** The order book of a shop whose handler does everything that handlers do, and everything that they should not. */
export class OrderBook {
  readonly #random: SeededRandom;
  readonly #journal: MemoryJournal;
  readonly #clock: Clock;
  /** From now on everything succeeds. */
  isCalm = false;
  /** What the handler needs is down. */
  isDown = false;
  readonly #outsideOfTransactions = new Set<TaskId>();
  /** In the order of their commits. */
  readonly orders: { readonly id: TaskId; readonly orderKey: string | undefined }[] = [];

  constructor(parts: { readonly random: SeededRandom; readonly journal: MemoryJournal; readonly clock: Clock }) {
    this.#random = parts.random;
    this.#journal = parts.journal;
    this.#clock = parts.clock;
  }

  readonly handle = (task: Task, context: TaskContext): Promise<Outcome> | Outcome => {
    const fates = task.orderKey === undefined ? freeFates : keyedFates;
    if (this.isDown && !this.isCalm) throw new ShopDownError("the shop does not answer");
    const fate = this.isCalm ? "commit" : (this.#random.pick(fates) ?? "commit");
    switch (fate) {
      case "commit":
        return this.#commitAfter(this.#random.below(300), task, context);
      case "commit late":
        return this.#commitAfter(3_000, task, context);
      case "commit and throw":
        return this.#commitAfter(10, task, context).then(() => {
          throw new Error("the printer is out of paper");
        });
      case "answer":
        return this.#writeOnce(task);
      case "hang":
        return new Promise(() => {});
      case "throw":
        throw new Error("no catalogue");
      case "outage":
        throw new ShopDownError("the shop does not answer");
      case "retry":
        return retry("not now", this.#random.below(500));
      case "reject":
        return reject("no such customer");
    }
  };

  /** Ignores its signal: what holds it back must be the unit of work alone. */
  async #commitAfter(delayMs: number, task: Task, context: TaskContext): Promise<Outcome> {
    await sleep(this.#clock, delayMs);
    await this.#journal.commit(context.unitOfWork, () => {
      if (!this.#outsideOfTransactions.has(task.id)) this.#write(task);
    });
    return done;
  }

  /** Without a transaction it is the task's id that makes an order unique, as handlers without a database must do. */
  #writeOnce(task: Task): Outcome {
    if (!this.orders.some(({ id }) => id === task.id)) this.#write(task);
    this.#outsideOfTransactions.add(task.id);
    return done;
  }

  #write(task: Task): void {
    this.orders.push({ id: task.id, orderKey: task.orderKey });
  }
}

/** A journaled source that offers what a test hands it, and offers again what is not finished whenever it starts. */
export class Shopkeeper {
  readonly #journal: MemoryJournal;
  #publisher: Publisher | undefined;
  #paused = false;

  constructor(journal: MemoryJournal) {
    this.#journal = journal;
  }

  get isOpen(): boolean {
    return this.#publisher !== undefined && !this.#paused && this.#publisher.room() > 0;
  }

  async bring(draft: Parameters<Publisher["prepare"]>[0]): Promise<void> {
    if (this.#publisher === undefined) throw new Error("The source does not run.");
    const task = this.#publisher.prepare(draft);
    await this.#journal.offer([{ task, queue: this.#publisher.queue }]);
    await this.#publisher.publish(task);
  }

  readonly kind: SourceKind = sourceKind({
    kind: "shopkeeper",
    schema: {},
    journaled: true,
    create: async (_config, { name, publisher }) => ({
      name,
      start: async () => {
        this.#paused = false;
        this.#publisher = publisher;
        const unfinished = await this.#journal.list({ state: "offered", limit: 10_000 });
        for (const row of unfinished) await publisher.publish(row.task);
      },
      quiesce: async () => {
        this.#publisher = undefined;
      },
      stop: async () => {
        this.#publisher = undefined;
      },
      pause: () => {
        this.#paused = true;
      },
      resume: () => {
        this.#paused = false;
      },
      trigger: () => {},
      status: () => ({
        state: this.#paused ? "paused" : "running",
        backlog: 0,
        inFlight: 0,
        published: 0,
        settled: 0,
        facts: {},
      }),
      health: () => ({ state: "pass" }),
    }),
  });
}
