import { join } from "node:path";
import { expect, test } from "vitest";
import { Fences } from "../../../src/adapters/journal_sqlite/fences.ts";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import { JournaledTransactions } from "../../../src/adapters/journal_sqlite/journaled_transactions.ts";
import { leaseMigrations } from "../../../src/adapters/journal_sqlite/lease_schema.ts";
import { SqliteJournal } from "../../../src/adapters/journal_sqlite/sqlite_journal.ts";
import { SqliteLeases } from "../../../src/adapters/journal_sqlite/sqlite_leases.ts";
import { type UnitOfWork, UnitOfWorkClosedError } from "../../../src/app_runtime/contracts/journal.ts";
import { type LeaseClaim, LeaseFencedError, type Tenure } from "../../../src/app_runtime/contracts/lease.ts";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { itemsIn, openDatabase } from "../sqlite/open_database.ts";
import { insertItem, shop } from "../sqlite/shop_tables.ts";

const mailbox = "imap:orders@example.com:INBOX";
const order = { sql: insertItem, params: ["12 chairs"] };

/** One of several runtimes on one database file, each with its own connection. */
async function openRuntime(path: string, clock = new ManualClock()) {
  const database = await openDatabase({ path, migrations: [journalMigrations, leaseMigrations, shop] });
  const fences = new Fences();
  const journal = new SqliteJournal({ database, clock, fences });
  const transactions = new JournaledTransactions({ database, journal });
  const leases = new SqliteLeases({ database, fences, clock, durationMs: 15_000 });
  const take = async () => await leases.take(mailbox, await leases.look(mailbox));
  return { database, fences, journal, transactions, leases, take, clock };
}

async function openTwo() {
  const path = join(tempDir(), "shared.sqlite");
  return { a: await openRuntime(path), b: await openRuntime(path) };
}

const mail = { id: "mail-1", source: "inbox", payload: null } as unknown as Task;

function unitOfWork(taskId: TaskId): UnitOfWork {
  return { taskId, journaled: true, open: true, takeFollowUps: () => [], committed: () => undefined };
}

test("of two who take a lease at the same moment, one gets it", async () => {
  const { a, b } = await openTwo();

  const claims = await Promise.all([a.leases.take(mailbox, undefined), b.leases.take(mailbox, undefined)]);

  expect(claims.filter((claim) => claim !== undefined)).toEqual([{ name: mailbox, token: 1 }]);
  const seen = await a.leases.look(mailbox);
  const again = await Promise.all([a.leases.take(mailbox, seen), b.leases.take(mailbox, seen)]);
  expect(again.filter((claim) => claim !== undefined)).toEqual([{ name: mailbox, token: 2 }]);
});

test("a lease that was renewed after somebody looked is not taken", async () => {
  const { a, b } = await openTwo();
  const claim = await a.take();
  const seen = await b.leases.look(mailbox);

  expect(await a.leases.renew(claim ?? never())).toBe(true);

  expect(await b.leases.take(mailbox, seen)).toBeUndefined();
});

test("the row tells who holds it, since when, and until when", async () => {
  const { a } = await openTwo();
  const claim = await a.take();
  await a.clock.advance(5_000);
  await a.leases.renew(claim ?? never());

  const start = new ManualClock().wallNow();
  expect(await a.leases.look(mailbox)).toMatchObject({
    token: 1,
    renewals: 1,
    holder: { pid: process.pid },
    takenAt: start,
    expiresAt: start + 20_000,
    durationMs: 15_000,
  });
});

test("whoever lost a lease can neither renew nor release it", async () => {
  const { a, b } = await openTwo();
  const old = (await a.take()) ?? never();
  await b.take();

  expect(await a.leases.renew(old)).toBe(false);
  await a.leases.release(old);

  expect(await b.leases.look(mailbox)).toMatchObject({ token: 2, holder: { pid: process.pid } });
});

test("a released lease is free, and its token still grows", async () => {
  const { a, b } = await openTwo();
  const claim = (await a.take()) ?? never();
  await a.leases.release(claim);

  expect((await b.leases.look(mailbox))?.holder).toBeUndefined();
  expect(await a.leases.renew(claim)).toBe(false);
  expect(await b.take()).toEqual({ name: mailbox, token: 2 });
});

test("a holder that was overtaken finishes nothing, and the new one finishes it once", async () => {
  const { a, b } = await openTwo();
  a.leases.fence("inbox", tenureOf(await a.take()));
  await a.journal.offer([{ task: mail, queue: "orders" }]);
  await a.journal.handOut(mail.id);

  b.leases.fence("inbox", tenureOf(await b.take()));

  const late = a.transactions.write([order], { alsoDone: unitOfWork(mail.id) });
  await expect(late).rejects.toThrow(LeaseFencedError);
  expect(await itemsIn(a.database)).toEqual([]);
  await b.transactions.write([order], { alsoDone: unitOfWork(mail.id) });
  expect(await itemsIn(b.database)).toEqual(["12 chairs"]);
  expect((await b.journal.find(mail.id))?.state).toBe("done");
});

test("a holder that was overtaken changes nothing of its source's rows", async () => {
  const { a, b } = await openTwo();
  a.leases.fence("inbox", tenureOf(await a.take()));
  await a.journal.offer([{ task: mail, queue: "orders" }]);
  await b.take();
  const other = { ...mail, id: "mail-2" as TaskId };

  await expect(a.journal.offer([{ task: other, queue: "orders" }])).rejects.toThrow(LeaseFencedError);
  await expect(a.journal.handOut(mail.id)).rejects.toThrow(LeaseFencedError);
  await expect(a.journal.handBack(mail.id)).rejects.toThrow(LeaseFencedError);
  await expect(a.journal.done(mail.id)).rejects.toThrow(LeaseFencedError);
  await expect(a.journal.dead(mail.id, "rejected", "", 1)).rejects.toThrow(LeaseFencedError);
  await expect(a.journal.saveCheckpoint("inbox", 1)).rejects.toThrow(LeaseFencedError);

  expect(await b.journal.find(mail.id)).toMatchObject({ state: "offered", handOuts: 0 });
  expect(await b.journal.find(other.id)).toBeUndefined();
});

test("a runtime that stands by may read a dead letter, but not decide about it", async () => {
  const { a, b } = await openTwo();
  a.leases.fence("inbox", tenureOf(await a.take()));
  b.leases.fence("inbox", undefined);
  await a.journal.offer([{ task: mail, queue: "orders" }]);
  await a.journal.dead(mail.id, "rejected", "no catalogue", 1);

  await expect(b.journal.revive(mail.id)).rejects.toThrow(LeaseFencedError);
  await expect(b.journal.discard(mail.id)).rejects.toThrow(LeaseFencedError);

  expect(await b.journal.countDead("orders")).toBe(1);
  expect(await a.journal.revive(mail.id)).toMatchObject({ state: "offered" });
});

test("in a queue that runtimes share, whoever holds a task finishes it, and once", async () => {
  const { a, b } = await openTwo();
  a.leases.fence("inbox", tenureOf(await a.take()));
  b.leases.fence("inbox", undefined);
  for (const { journal } of [a, b]) journal.shareTasks("orders", true);
  const others = ["mail-2", "mail-3"].map((id) => ({ ...mail, id: id as TaskId }));
  await a.journal.offer([mail, ...others].map((task) => ({ task, queue: "orders" })));

  expect(await b.journal.handOut(mail.id)).toEqual({ state: "offered", handOuts: 1 });
  await b.transactions.write([order], { alsoDone: unitOfWork(mail.id) });
  const late = a.transactions.write([order], { alsoDone: unitOfWork(mail.id) });
  await expect(late).rejects.toThrow(UnitOfWorkClosedError);
  await b.journal.done("mail-2" as TaskId);
  expect(await b.journal.dead("mail-3" as TaskId, "rejected", "", 1)).toBe("offered");
  expect(await b.journal.revive("mail-3" as TaskId)).toMatchObject({ state: "offered" });

  expect(await itemsIn(a.database)).toEqual(["12 chairs"]);
  const bringsMail = b.journal.offer([{ task: { ...mail, id: "mail-4" as TaskId }, queue: "orders" }]);
  await expect(bringsMail).rejects.toThrow(LeaseFencedError);
});

test("once a queue is shared no more, its tasks are their source's again", async () => {
  const { a, b } = await openTwo();
  a.leases.fence("inbox", tenureOf(await a.take()));
  b.leases.fence("inbox", undefined);
  b.journal.shareTasks("orders", true);
  b.journal.shareTasks("orders", false);
  await a.journal.offer([{ task: mail, queue: "orders" }]);

  await expect(b.journal.done(mail.id)).rejects.toThrow(LeaseFencedError);
});

test("what another runtime commits wakes whoever watches, and what nobody commits does not", async () => {
  const { a, b } = await openTwo();
  let woken = 0;
  using _watching = a.journal.watch("inbox", () => {
    woken += 1;
  });
  const look = async () => {
    await a.journal.lookForOthers();
    await settlePromises();
    return woken;
  };
  await look();
  const before = await look();

  await b.journal.offer([{ task: { ...mail, source: "folder" }, queue: "orders" }]);
  await b.journal.done(mail.id);

  expect(await look()).toBe(before + 1);
  expect(await look()).toBe(before + 1);
});

test("a holder that was overtaken finds nothing to settle any more, and the new one finds it", async () => {
  const { a, b } = await openTwo();
  a.leases.fence("inbox", tenureOf(await a.take()));
  await a.journal.offer([{ task: mail, queue: "orders" }]);
  await a.journal.done(mail.id);
  expect(await a.journal.unsettled("inbox", 10)).toHaveLength(1);

  b.leases.fence("inbox", tenureOf(await b.take()));

  expect(await a.journal.unsettled("inbox", 10)).toEqual([]);
  expect(await b.journal.unsettled("inbox", 10)).toHaveLength(1);
});

test("after a release not even the runtime that had it writes on", async () => {
  const { a } = await openTwo();
  const claim = (await a.take()) ?? never();
  a.leases.fence("inbox", tenureOf(claim));
  await a.journal.offer([{ task: mail, queue: "orders" }]);
  await a.leases.release(claim);

  await expect(a.journal.done(mail.id)).rejects.toThrow(LeaseFencedError);
});

test("under a lease that lies elsewhere, the source's rows are written while it is said to be valid", async () => {
  const { a } = await openTwo();
  let isValid = true;
  a.fences.allow("inbox", () => isValid);
  await a.journal.offer([{ task: mail, queue: "orders" }]);
  isValid = false;
  const other = { ...mail, id: "mail-2" as TaskId };
  const elsewhere = { ...mail, id: "mail-3" as TaskId, source: "folder" };

  await expect(a.journal.offer([{ task: other, queue: "orders" }])).rejects.toThrow(LeaseFencedError);
  const late = a.transactions.write([order], { alsoDone: unitOfWork(mail.id) });
  await expect(late).rejects.toThrow(LeaseFencedError);
  await a.journal.offer([{ task: elsewhere, queue: "orders" }]);
  await a.journal.done(elsewhere.id);
  expect(await itemsIn(a.database)).toEqual([]);
  expect(await a.journal.unsettled("inbox", 10)).toEqual([]);

  isValid = true;
  await a.transactions.write([order], { alsoDone: unitOfWork(mail.id) });
  expect(await a.journal.unsettled("inbox", 10)).toHaveLength(1);
});

test("what no lease is about goes on as ever", async () => {
  const { a } = await openTwo();
  a.leases.fence("inbox", undefined);
  const other = { ...mail, source: "folder" } as Task;

  await a.journal.offer([{ task: other, queue: "orders" }]);
  await a.transactions.write([order], { alsoDone: unitOfWork(other.id) });

  expect((await a.journal.find(other.id))?.state).toBe("done");
});

test("a transaction under a claim that is no longer the current one is refused whole", async () => {
  const { a, b } = await openTwo();
  const old = (await a.take()) ?? never();
  await a.transactions.write([order], { under: old });
  await b.take();

  await expect(a.transactions.write([order], { under: old })).rejects.toThrow(LeaseFencedError);

  expect(await itemsIn(a.database)).toEqual(["12 chairs"]);
});

test("processes that open a new file at the same moment all find its tables", async () => {
  const path = join(tempDir(), "new.sqlite");

  const all = await Promise.all(Array.from({ length: 6 }, () => openRuntime(path)));

  await Promise.all(all.map(({ journal }) => journal.saveCheckpoint("inbox", 1)));
});

function tenureOf(claim: LeaseClaim | undefined): Tenure {
  return { claim: claim ?? never(), isValid: () => true };
}

function never(): never {
  throw new Error("The lease was not taken.");
}
