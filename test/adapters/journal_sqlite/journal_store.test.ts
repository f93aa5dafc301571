import { once } from "node:events";
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import { JournalStore } from "../../../src/adapters/journal_sqlite/journal_store.ts";
import type { EventChannel, RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { shop } from "../sqlite/shop_tables.ts";

const day = 86_400_000;

function newStore(dataDir = tempDir()) {
  const clock = new ManualClock();
  const facts: RuntimeEventBody[] = [];
  const heard = new EventTarget();
  const events: EventChannel = {
    heard: true,
    emit: (event) => {
      facts.push(event);
      if (event.kind === "unit.fact") heard.dispatchEvent(new Event(event.code));
    },
    subscribe: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const said = (code: string) => once(heard, code);
  const store = new JournalStore({ dataDir, migrations: [shop], clock, events, keepSettledMs: 30 * day });
  onTestFinished(() => store.stop());
  return { store, clock, facts, said, dataDir };
}

test("the component holds its directory while it runs, and leaves nothing running", async () => {
  const { store, clock, dataDir } = newStore();
  await store.load();
  await store.start();
  expect(store.health.check()).toEqual({ state: "pass" });
  await expect(newStore(dataDir).store.load()).rejects.toMatchObject({ code: "DATA_DIR_HELD" });

  await store.stop();
  await store.stop();
  expect(clock.pending).toBe(0);
  expect(store.health.check().state).toBe("fail");
  expect(readdirSync(dataDir).sort()).toEqual(["held_by.lock", "journal.sqlite"]);

  const next = newStore(dataDir).store;
  await next.load();
});

test("health tells when the file was taken away or replaced under it", async () => {
  const { store, dataDir } = newStore();
  await store.load();
  const file = join(dataDir, "journal.sqlite");
  const gone = { state: "fail", output: expect.stringContaining("deleted or replaced while in use") };

  renameSync(file, `${file}.moved`);
  expect(store.health.check()).toMatchObject(gone);
  writeFileSync(file, "another file");
  expect(store.health.check()).toMatchObject(gone);
  rmSync(file);
  renameSync(`${file}.moved`, file);
  expect(store.health.check()).toEqual({ state: "pass" });
});

test("nobody but its owner can read what it keeps", async () => {
  const dataDir = join(tempDir(), "data");
  const { store } = newStore(dataDir);
  await store.load();
  await store.journal.saveCheckpoint("inbox", 1);
  expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(dataDir))
    expect([file, statSync(join(dataDir, file)).mode & 0o777]).toEqual([file, 0o600]);
});

test("a component that was never loaded can be stopped", async () => {
  await newStore().store.stop();
});

test("a load that fails gives the directory back when it is stopped", async () => {
  const { store, dataDir } = newStore();
  const clash = { owner: "clash", steps: ["CREATE TABLE journal (wrong)"] };
  const failing = new JournalStore({
    dataDir,
    migrations: [clash],
    clock: new ManualClock(),
    events: { heard: true, emit: () => undefined, subscribe: () => ({ [Symbol.dispose]: () => undefined }) },
    keepSettledMs: day,
  });
  await expect(failing.load()).rejects.toThrow("already exists");
  await failing.stop();
  await store.load();
});

test("once a day it forgets what was settled long ago", async () => {
  const { store, clock } = newStore();
  await store.load();
  await store.start();
  const task = { id: "mail-1", source: "inbox", payload: null } as unknown as Task;
  await store.journal.offer([{ task, queue: "orders" }]);
  await store.journal.done(task.id);
  await store.journal.settled([task.id]);

  // Calls are answered in order: each look comes after the cleaning of its day.
  const remembered: boolean[] = [];
  for (let today = 1; today <= 32; today += 1) {
    await clock.advance(day);
    remembered.push((await store.journal.find(task.id)) !== undefined);
  }
  expect(remembered.lastIndexOf(true)).toBe(29);
});

test("a database that died and came back is said, and health fails in between", async () => {
  const { store, clock, facts, said } = newStore();
  await store.load();
  vi.spyOn(Worker.prototype, "postMessage").mockImplementationOnce(function dieInstead(this: Worker) {
    void this.terminate();
  });
  await expect(store.journal.statesOf(["mail-1" as TaskId])).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  expect(store.health.check().state).toBe("fail");

  const back = said("database_back");
  await clock.advance(100);
  await back;
  expect(store.health.check().state).toBe("pass");

  expect(facts).toMatchObject([{ code: "database_lost" }, { code: "database_back" }]);
});
