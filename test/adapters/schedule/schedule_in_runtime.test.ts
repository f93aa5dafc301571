import { expect, onTestFinished, test } from "vitest";
import { Fences } from "../../../src/adapters/journal_sqlite/fences.ts";
import { SqliteLeases } from "../../../src/adapters/journal_sqlite/sqlite_leases.ts";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { scheduleSourceKind } from "../../../src/adapters/schedule/index.ts";
import type { LeaseNotes } from "../../../src/app_runtime/contracts/lease.ts";
import type { JsonValue } from "../../../src/app_runtime/contracts/task.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { runInMemory } from "../../../src/app_runtime/testing/run_in_memory.ts";
import { DatabaseAtOnce } from "../../app_runtime/leases/lease_desk.ts";

const minuteMs = 60_000;
const everyFive = { adapter: "schedule", queue: "reports", cron: "*/5 * * * *" };

interface OpenOptions {
  readonly schedule?: Readonly<Record<string, unknown>>;
  /** Without: it knows of no other runtime. */
  readonly shared?: boolean;
  /** Its own, on another machine; then what the leases note goes with them. */
  readonly journal?: MemoryJournal;
}

/** What several runtimes share: clock, journal and leases. */
function openMachine() {
  const clock = new ManualClock(Date.parse("2026-01-01T00:01:00Z"));
  const common = new MemoryJournal({ clock });
  const noted = new Map<string, JsonValue>();
  const notes: LeaseNotes = {
    read: async (source) => noted.get(source),
    write: async (source, note) => void noted.set(source, note),
  };
  const database = new DatabaseAtOnce();
  const leases = () =>
    new SqliteLeases({
      database: {
        read: async (...call: Parameters<DatabaseAtOnce["read"]>) => database.read(...call),
        write: async (...call: Parameters<DatabaseAtOnce["write"]>) => database.write(...call),
      },
      fences: new Fences(),
      clock,
      durationMs: 15_000,
    });
  const ran: string[] = [];
  const open = async ({ schedule = everyFive, shared = true, journal = common }: OpenOptions = {}) => {
    const isOwn = journal !== common;
    const app = await runInMemory({
      modules: [
        {
          name: "reports",
          register(registry) {
            registry.queue("reports", { adapter: "memory" });
            registry.workers("reports", { queue: "reports", handler: "report" });
            const handle = (task: { readonly id: string }) => {
              ran.push(task.id.replace("report:2026-01-01T", ""));
              return done;
            };
            registry.handler("report", { needs: [], create: () => ({ handle }) });
          },
        },
      ],
      kinds: [memoryQueueKind, scheduleSourceKind],
      config: { sources: { report: schedule } },
      clock,
      infrastructure: () => ({ journal, ...(shared && { leases: Object.assign(leases(), isOwn && { notes }) }) }),
    });
    onTestFinished(async () => {
      if (app.runtime.state.kind === "running") await app.stop();
      expect(app.runtime.state.kind).toBe("stopped");
    });
    const status = () => app.runtime.control.status().sources[0]?.status;
    return { app, status };
  };
  return { clock, leases, notes, ran, open };
}

test("of two runtimes that share a journal one starts each run, and the other knows what was missed", async () => {
  const machine = openMachine();
  const [a, b] = [await machine.open(), await machine.open()];
  expect([a.status()?.state, b.status()?.state]).toEqual(["running", "standby"]);
  await machine.clock.advance(10 * minuteMs);
  expect(machine.ran).toEqual(["00:05:00Z", "00:10:00Z"]);

  await a.app.stop();
  await machine.clock.advance(minuteMs);
  expect(b.status()).toMatchObject({ state: "running", facts: { lastRunAt: "2026-01-01T00:10:00+00:00" } });
  await machine.clock.advance(5 * minuteMs);
  expect(machine.ran.slice(2)).toEqual(["00:15:00Z"]);

  await b.app.stop();
  await machine.clock.advance(11 * minuteMs);
  const c = await machine.open();
  await machine.clock.advance(minuteMs);
  expect(machine.ran.slice(3)).toEqual(["00:25:00Z"]);
  expect(c.status()?.facts).toMatchObject({ missed: 2, leftOut: 1 });
});

test("a runtime that was overtaken starts nothing any more, and nothing twice", async () => {
  const machine = openMachine();
  const a = await machine.open();
  const thief = machine.leases();
  await machine.clock.advance(4 * minuteMs - 1_000);
  await thief.take("source:report", await thief.look("source:report"));
  await machine.clock.advance(10_000);
  expect([machine.ran.length, a.status()?.state]).toEqual([1, "standby"]);
});

test("where each runtime has its own journal, the position passes with the lease: no run twice, none forgotten", async () => {
  const machine = openMachine();
  const [here, there] = [new MemoryJournal(machine), new MemoryJournal(machine)];
  const schedule = { ...everyFive, missed: "all" };
  const a = await machine.open({ schedule, journal: here });
  const b = await machine.open({ schedule, journal: there });
  await machine.clock.advance(10 * minuteMs);
  await a.app.stop();
  await machine.clock.advance(10 * minuteMs);
  await b.app.stop();
  await machine.clock.advance(10 * minuteMs);
  await machine.open({ schedule, journal: here });
  await machine.clock.advance(minuteMs);

  const everyFiveMinutes = ["05", "10", "15", "20", "25", "30"].map((minute) => `00:${minute}:00Z`);
  expect(machine.ran.slice(0, 6)).toEqual(everyFiveMinutes);
});

test("a run that cannot be told to the others is not made here, but by whoever takes over", async () => {
  const machine = openMachine();
  const [here, there] = [new MemoryJournal(machine), new MemoryJournal(machine)];
  const { write } = machine.notes;
  const a = await machine.open({ journal: here });
  await machine.clock.advance(minuteMs);
  machine.notes.write = async () => {
    throw new Error("the cluster cannot be asked");
  };
  await machine.clock.advance(3 * minuteMs + 5_000);
  expect([machine.ran, a.app.runtime.control.status().sources[0]?.status.state]).toEqual([[], "degraded"]);
  await a.app.stop();
  machine.notes.write = write;
  await machine.open({ journal: there });
  await machine.clock.advance(minuteMs);
  await machine.open({ journal: here });
  await machine.clock.advance(2 * minuteMs);
  expect(machine.ran).toEqual(["00:05:00Z"]);
});

test("a reload gives a running schedule another expression, and makes up nothing of the past", async () => {
  const machine = openMachine();
  const { app, status } = await machine.open({ shared: false });
  await machine.clock.advance(5 * minuteMs);
  expect(machine.ran).toEqual(["00:05:00Z"]);

  await app.reconfigure({ sources: { report: { ...everyFive, cron: "3-59/5 * * * *" } } });
  expect(status()?.facts).toMatchObject({ nextRunAt: "2026-01-01T00:08:00+00:00" });
  await machine.clock.advance(5 * minuteMs);
  expect(machine.ran.slice(1)).toEqual(["00:08:00Z"]);

  const outcome = await app.reconfigure({ sources: { report: { ...everyFive, cron: "61 * * * *" } } });
  expect(JSON.stringify(outcome)).toContain("as its minute (field 1)");
  await machine.clock.advance(5 * minuteMs);
  expect(machine.ran.slice(2)).toEqual(["00:13:00Z"]);
});

test("the control plane triggers a run now", async () => {
  const machine = openMachine();
  const { app } = await machine.open();
  await app.runtime.control.trigger("operator", "report");
  await machine.clock.advance(1_000);
  expect(machine.ran).toEqual(["report:manual:2026-01-01T00:01:00Z"]);
});

test("a minute or a year: a schedule holds few timers, and none when it has stopped", async () => {
  const machine = openMachine();
  const { app } = await machine.open({ schedule: { ...everyFive, cron: "0 0 29 2 *" }, shared: false });
  await machine.clock.advance(minuteMs);
  expect(machine.ran).toEqual([]);
  await app.stop();
  expect(machine.clock.pending).toBe(0);
});
