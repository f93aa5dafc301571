import { join } from "node:path";
import { expect, test } from "vitest";
import { Fences } from "../../../src/adapters/journal_sqlite/fences.ts";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import { leaseMigrations } from "../../../src/adapters/journal_sqlite/lease_schema.ts";
import { OutsideLeases } from "../../../src/adapters/journal_sqlite/outside_leases.ts";
import { SqliteJournal } from "../../../src/adapters/journal_sqlite/sqlite_journal.ts";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openDatabase } from "../sqlite/open_database.ts";

const [first, second] = [
  { name: "imap:orders:INBOX", token: 10, after: 0 },
  { name: "imap:orders:INBOX", token: 20, after: 10 },
];

/** The journal of one machine that has offered three mails of its inbox and one of its archive. */
async function openMachine() {
  const database = await openDatabase({
    path: join(tempDir(), "journal.sqlite"),
    migrations: [journalMigrations, leaseMigrations],
  });
  const fences = new Fences();
  const journal = new SqliteJournal({ database, clock: new ManualClock(), fences });
  const leases = new OutsideLeases({ database, fences });
  await leases.begins("inbox", first);
  await journal.offer(
    ["done", "dead", "open"].map((id) => ({
      task: { id, source: "inbox", payload: null } as unknown as Task,
      queue: "q",
    })),
  );
  await journal.offer([{ task: { id: "other", source: "archive", payload: null } as unknown as Task, queue: "q" }]);
  await journal.done("done" as TaskId);
  await journal.dead("dead" as TaskId, "rejected", "", 1);
  const states = async () =>
    Object.fromEntries(await journal.statesOf(["done", "dead", "open", "other"].map((id) => id as TaskId)));
  return { leases, states };
}

test("whoever takes its own lease again goes on with what it had", async () => {
  const { leases, states } = await openMachine();

  expect(await leases.wasElsewhere("inbox", second)).toBe(false);
  await leases.begins("inbox", second);

  expect(await states()).toEqual({ done: "done", dead: "dead", open: "offered", other: "offered" });
  expect(await leases.wasElsewhere("inbox", { ...second, token: 30, after: 20 })).toBe(false);
});

test.each([
  ["another machine had it", { ...second, token: 40, after: 30 }],
  ["nobody knows who had it", { ...second, token: 40, after: 0 }],
])("when %s since, what is open here is forgotten, and nothing else", async (_what, claim) => {
  const { leases, states } = await openMachine();

  expect(await leases.wasElsewhere("inbox", claim)).toBe(true);
  await leases.begins("inbox", claim);

  expect(await states()).toEqual({ done: "done", dead: "dead", other: "offered" });
  expect(await leases.wasElsewhere("inbox", { ...claim, token: 50, after: 40 })).toBe(false);
});

test("a journal that never had the source has nothing to go on with", async () => {
  const { leases } = await openMachine();

  expect(await leases.wasElsewhere("sales", { name: "imap:sales:INBOX", token: 1, after: 0 })).toBe(true);
});
