import { expect, onTestFinished, test } from "vitest";
import { Fences } from "../../../src/adapters/journal_sqlite/fences.ts";
import { SqliteLeases } from "../../../src/adapters/journal_sqlite/sqlite_leases.ts";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import type { JournalRow } from "../../../src/app_runtime/contracts/journal.ts";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { done, type TaskContext } from "../../../src/app_runtime/contracts/task_handler.ts";
import { type SourceParts, sourceKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import type { Pause, PauseStore } from "../../../src/app_runtime/control/api.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { runInMemory } from "../../../src/app_runtime/testing/run_in_memory.ts";
import { DatabaseAtOnce } from "../leases/lease_desk.ts";
import { shopModule } from "./open_shop.ts";

const leaseMs = 15_000;

/** What several runtimes share. */
class Machine {
  readonly clock = new ManualClock();
  readonly journal = new MemoryJournal({ clock: this.clock });
  readonly database = new DatabaseAtOnce();
  #kept: readonly Pause[] = [];
  readonly pauses: PauseStore = {
    load: async () => this.#kept,
    save: async (pauses) => {
      this.#kept = pauses;
    },
  };

  leases(): SqliteLeases {
    const { clock } = this;
    const database = {
      read: async (...call: Parameters<DatabaseAtOnce["read"]>) => this.database.read(...call),
      write: async (...call: Parameters<DatabaseAtOnce["write"]>) => this.database.write(...call),
    };
    return new SqliteLeases({ database, fences: new Fences(), clock, durationMs: leaseMs });
  }
}

/** A runtime with a journaled source; its handler is left waiting until a test answers. */
async function openRuntime(machine: Machine) {
  const handed: { readonly task: Task; readonly context: TaskContext; readonly finish: () => void }[] = [];
  let parts: SourceParts | undefined;
  const mailbox = sourceKind({
    kind: "mailbox",
    schema: {},
    journaled: true,
    create: async (_config, given) => {
      parts = given;
      const status = { state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} } as const;
      return {
        name: given.name,
        start: async () => {
          const rows: readonly JournalRow[] = await machine.journal.list({ state: "offered", limit: 100 });
          for (const { task } of rows) await given.publisher.publish(task);
        },
        quiesce: async () => undefined,
        stop: async () => undefined,
        pause: () => undefined,
        resume: () => undefined,
        trigger: () => undefined,
        status: () => status,
        health: () => ({ state: "pass" }),
      };
    },
  });
  const handle = (task: Task, context: TaskContext) => {
    const { promise, resolve } = Promise.withResolvers<typeof done>();
    handed.push({ task, context, finish: () => resolve(done) });
    return promise;
  };
  const leases = machine.leases();
  const shop = await runInMemory({
    modules: [shopModule(handle)],
    kinds: [memoryQueueKind, mailbox],
    config: { sources: { mail: { adapter: "mailbox", queue: "orders" } } },
    clock: machine.clock,
    pauses: machine.pauses,
    infrastructure: () => ({ journal: machine.journal, leases }),
  });
  onTestFinished(async () => {
    if (shop.runtime.state.kind === "running") await shop.stop();
  });
  return {
    shop,
    leases,
    handed,
    bring: async (id: string) => {
      if (parts === undefined) throw new Error("This runtime has not made its source.");
      const task = parts.publisher.prepare({ id, kind: "mail", payload: null });
      await machine.journal.offer([{ task, queue: "orders" }]);
      await parts.publisher.publish(task);
      await settlePromises();
    },
    get stats() {
      return shop.runtime.control.status().queues[0]?.stats;
    },
    sourceState: (name: string) =>
      shop.runtime.control.status().sources.find((source) => source.name === name)?.status.state,
  };
}

/** Another process takes the lease, as if ours had been stopped for long enough. */
async function overtake(machine: Machine, name: string): Promise<void> {
  const leases = machine.leases();
  await leases.take(name, await leases.look(name));
}

test("a runtime that is overtaken lets go of all tasks of that source, and of no other's", async () => {
  const machine = new Machine();
  const runtime = await openRuntime(machine);
  for (const id of ["m1", "m2", "m3"]) await runtime.bring(id);
  await runtime.shop.feed("inbox", { id: "by hand", kind: "order", payload: null });

  await overtake(machine, "source:mail");
  await machine.clock.advance(leaseMs / 3);

  expect(runtime.handed.slice(0, 2).map(({ context }) => context.signal.reason)).toMatchObject([
    { reason: "source-lost" },
    { reason: "source-lost" },
  ]);
  for (const { finish } of runtime.handed) finish();
  await settlePromises();
  expect(runtime.handed.map(({ task }) => task.id)).toEqual(["m1", "m2", "by hand"]);
  expect((await machine.journal.statesOf(["m1", "m2", "m3"] as TaskId[])).values().toArray()).toEqual([
    "offered",
    "offered",
    "offered",
  ]);
  expect(runtime.sourceState("mail")).toBe("standby");
});

test("a second runtime takes over what the first one had in hand when it stops", async () => {
  const machine = new Machine();
  const [a, b] = [await openRuntime(machine), await openRuntime(machine)];
  expect([a.sourceState("mail"), b.sourceState("mail")]).toEqual(["running", "standby"]);
  await a.bring("m1");

  await a.shop.stop();
  await machine.clock.advance(1_000);

  expect(b.handed.map(({ task }) => task.id)).toEqual(["m1"]);
  b.handed[0]?.finish();
  await settlePromises();
  expect((await machine.journal.find("m1" as TaskId))?.state).toBe("done");
});

test("a source that a reload changes interrupts its tasks, which is no crash of theirs", async () => {
  const machine = new Machine();
  const runtime = await openRuntime(machine);
  await runtime.bring("m1");
  const sources = { mail: { adapter: "mailbox", queue: "orders", required: false } };

  for (let reload = 1; reload <= 6; reload += 1) {
    sources.mail.required = !sources.mail.required;
    await runtime.shop.reconfigure({ sources });
    await machine.clock.advance(2_000);
  }

  runtime.handed.at(-1)?.finish();
  await settlePromises();
  expect(await machine.journal.find("m1" as TaskId)).toMatchObject({ state: "done" });
});

test("tasks of a source without a journal stay, because nobody else would bring them again", async () => {
  const machine = new Machine();
  const runtime = await openRuntime(machine);
  for (const id of ["a", "b", "c"]) await runtime.shop.feed("inbox", { id, kind: "order", payload: null });

  await overtake(machine, "source:inbox");
  await machine.clock.advance(leaseMs / 3);

  for (let n = 0; n < 3; n += 1) {
    runtime.handed[n]?.finish();
    await settlePromises();
  }
  expect(runtime.handed.map(({ task }) => task.id)).toEqual(["a", "b", "c"]);
  expect(runtime.stats).toMatchObject({ acked: 3 });
});

test("whoever takes over pauses what was paused meanwhile", async () => {
  const machine = new Machine();
  const [a, b] = [await openRuntime(machine), await openRuntime(machine)];
  await a.shop.runtime.control.pause("operator", "worker", "orders");
  await a.bring("m1");

  await a.shop.stop();
  await machine.clock.advance(1_000);

  expect(b.shop.runtime.control.status().pools[0]?.state).toBe("paused");
  expect(b.handed).toEqual([]);
});
