import { expect, test } from "vitest";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { Patience, RowSettler, RunLedger } from "../../../src/app_runtime/intake/api.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";

/** The rows of a source, and the settler of one of its lives. */
function openRows() {
  const clock = new ManualClock();
  const journal = new MemoryJournal({ clock });
  const ledger = new RunLedger();
  const facts = { trouble: () => undefined, troubleOver: () => undefined, resumed: () => undefined };
  const patience = new Patience({ clock, facts, random: () => 0.5 });
  const stop = new AbortController();
  const settler = new RowSettler({ source: "door", clock, journal, ledger, patience });
  const offer = async (ids: readonly string[]) => {
    const tasks = ids.map((id) => ({ id, source: "door" }) as Task);
    await journal.offer(tasks.map((task) => ({ task, queue: "orders" })));
  };
  const finish = async (ids: readonly string[]) => {
    for (const id of ids) await journal.done(id as TaskId);
  };
  const settledRows = async () => {
    const rows = await journal.list({ state: "done", limit: 1_000 });
    return rows.filter((row) => row.settledAt !== undefined).length;
  };
  return { clock, journal, ledger, patience, stop, settler, offer, finish, settledRows };
}

const many = Array.from({ length: 450 }, (_, n) => `task ${n}`);

test("rows that an earlier life finished are settled, and those that end now soon after", async () => {
  const { clock, ledger, settler, stop, offer, finish, settledRows } = openRows();
  await offer([...many, "late", "open"]);
  await finish(many);
  const running = settler.run(stop.signal);
  await clock.advance(0);
  expect(await settledRows()).toBe(450);

  await finish(["late"]);
  await clock.advance(100);
  expect([await settledRows(), ledger.settled]).toEqual([451, 451]);
  stop.abort();
  await running;
  expect(clock.pending).toBe(0);
});

test("what ends before it stops is settled at the stop, and a row given up counts as such", async () => {
  const { clock, journal, ledger, settler, stop, offer, finish } = openRows();
  await offer(["a", "b"]);
  const running = settler.run(stop.signal);
  await clock.advance(0);
  await finish(["a"]);
  await journal.dead("b" as TaskId, "rejected", "not for us", 1);
  stop.abort();
  await running;
  expect([ledger.settled, ledger.dead, (await journal.unsettled("door", 10)).length]).toEqual([1, 1, 0]);
});

test("a journal that fails is tried again, and a stop does not wait for it", async () => {
  const { clock, journal, patience, settler, stop, offer, finish, settledRows } = openRows();
  const settled = journal.settled.bind(journal);
  journal.settled = async () => {
    throw new Error("the disk is full");
  };
  await offer(["a"]);
  await finish(["a"]);
  const running = settler.run(stop.signal);
  await clock.advance(0);
  expect(patience.trouble).toBe("Settling failed: the disk is full");

  journal.settled = settled;
  await clock.advance(2_000);
  expect([await settledRows(), patience.trouble]).toEqual([1, undefined]);

  journal.settled = async () => {
    throw new Error("the disk is full");
  };
  await offer(["b"]);
  await finish(["b"]);
  stop.abort();
  await running;
  expect(clock.pending).toBe(0);
});
