import { expect, test } from "vitest";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import { JournaledTransactions } from "../../../src/adapters/journal_sqlite/journaled_transactions.ts";
import { SqliteJournal } from "../../../src/adapters/journal_sqlite/sqlite_journal.ts";
import { SqliteDatabase } from "../../../src/adapters/sqlite/sqlite_database.ts";
import { DatabaseUnavailableError } from "../../../src/adapters/sqlite/sqlite_errors.ts";
import { type UnitOfWork, UnitOfWorkClosedError } from "../../../src/app_runtime/contracts/journal.ts";
import type { Task, TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { journalPromises } from "../../../src/app_runtime/testing/journal_promises.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { itemsIn, openDatabase } from "../sqlite/open_database.ts";
import { insertItem } from "../sqlite/shop_tables.ts";

for (const promise of journalPromises) {
  test(`the SQLite journal: ${promise.name}`, () =>
    promise.run(async (clock) => {
      const database = new SqliteDatabase({ path: ":memory:", migrations: [journalMigrations], clock });
      await database.open();
      return { journal: new SqliteJournal({ database, clock }), close: () => database.close() };
    }));
}

async function openShop() {
  const database = await openDatabase();
  const clock = new ManualClock();
  const journal = new SqliteJournal({ database, clock });
  const transactions = new JournaledTransactions({ database, journal });
  const task = { id: "mail-1", source: "inbox", payload: null } as unknown as Task;
  await journal.offer([{ task, queue: "orders" }]);
  return { database, journal, transactions, clock, taskId: task.id };
}

function unitOfWork(taskId: TaskId, overrides: Partial<UnitOfWork> = {}): UnitOfWork & { commits: number } {
  return {
    taskId,
    journaled: true,
    open: true,
    takeFollowUps: () => [],
    commits: 0,
    ...overrides,
    committed() {
      this.commits += 1;
    },
  };
}

/** Keeps what it is told to write, and then dies before it can say so. */
async function openForgetful() {
  const { database, journal, clock, taskId } = await openShop();
  const forgetful = {
    read: database.read.bind(database),
    write: async (...call: Parameters<SqliteDatabase["write"]>) => {
      await database.write(...call);
      throw new DatabaseUnavailableError("journal.sqlite", "it did not answer within 30000 ms");
    },
  } as unknown as SqliteDatabase;
  return { journal, inDoubt: new SqliteJournal({ database: forgetful, clock }), forgetful, taskId };
}

const order = { sql: insertItem, params: ["12 chairs"] };

test("an order and its task's done are one transaction, and the source is woken", async () => {
  const { database, journal, transactions, taskId } = await openShop();
  let woken = 0;
  using _watching = journal.watch("inbox", () => {
    woken += 1;
  });
  const work = unitOfWork(taskId);

  const [inserted] = await transactions.write([order], { alsoDone: work });
  await settlePromises();

  expect(inserted?.changes).toBe(1);
  expect(await itemsIn(database)).toEqual(["12 chairs"]);
  expect((await journal.find(taskId))?.state).toBe("done");
  expect([work.commits, woken]).toEqual([1, 1]);
});

test("a task somebody else has finished takes its order back", async () => {
  const { database, journal, transactions, taskId } = await openShop();
  await journal.done(taskId);
  const work = unitOfWork(taskId);

  await expect(transactions.write([order], { alsoDone: work })).rejects.toThrow(UnitOfWorkClosedError);

  expect(await itemsIn(database)).toEqual([]);
  expect(work.commits).toBe(0);
});

test("of two workers that hold one task, one order remains", async () => {
  const { database, transactions, taskId } = await openShop();
  const attempts = ["12 chairs", "12 stools"].map((item) =>
    transactions.write([{ sql: insertItem, params: [item] }], { alsoDone: unitOfWork(taskId) }),
  );
  const ends = await Promise.allSettled(attempts);
  expect(ends.map((end) => end.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await itemsIn(database)).toHaveLength(1);
});

test("a closed unit of work writes nothing, though it closed only after the call was made", async () => {
  const { database, journal, transactions, taskId } = await openShop();
  let open = true;
  const work = unitOfWork(taskId);
  const writing = transactions.write([order], { alsoDone: Object.defineProperty(work, "open", { get: () => open }) });
  open = false;
  await expect(writing).rejects.toThrow(UnitOfWorkClosedError);
  expect(await itemsIn(database)).toEqual([]);
  expect((await journal.find(taskId))?.state).toBe("offered");
});

test("an order that fails leaves its task offered, and the failed statement keeps its caller's number", async () => {
  const { journal, transactions, taskId } = await openShop();
  const nothing = { sql: "DELETE FROM orders WHERE item = ?", params: ["nothing"], expectChanges: 1 };
  await expect(transactions.write([order, nothing], { alsoDone: unitOfWork(taskId) })).rejects.toMatchObject({
    code: "SQL_UNEXPECTED_CHANGES",
    statement: 1,
  });
  expect((await journal.find(taskId))?.state).toBe("offered");
});

test("a task without a journal row writes its effect alone", async () => {
  const { database, transactions } = await openShop();
  const work = unitOfWork("by-hand" as TaskId, { journaled: false });
  await transactions.write([order], { alsoDone: work });
  expect(await itemsIn(database)).toEqual(["12 chairs"]);
});

test("only what was settled long ago is forgotten, and may be offered again", async () => {
  const { journal, clock, taskId } = await openShop();
  const others = Array.from({ length: 700 }, (_, n) => ({ id: `old-${n}`, source: "inbox", payload: null }));
  await journal.offer(others.map((task) => ({ task: task as unknown as Task, queue: "orders" })));
  const old = others.map((task) => task.id as TaskId);
  await Promise.all([...old, taskId].map((id) => journal.done(id)));
  await journal.settled(old);
  await clock.advance(1_000);
  await journal.settled([taskId]);

  expect(await journal.forgetSettledBefore(clock.wallNow())).toBe(700);

  expect((await journal.find(taskId))?.state).toBe("done");
  expect(await journal.find("old-1" as TaskId)).toBeUndefined();
});

test.each(["with its effect", "alone"])(
  "whoever waits for the end of a task looks, when nobody says whether it was committed %s",
  async (how) => {
    const { journal, inDoubt, forgetful, taskId } = await openForgetful();
    let woken = 0;
    using _watching = inDoubt.watch("inbox", () => {
      woken += 1;
    });
    const transactions = new JournaledTransactions({ database: forgetful, journal: inDoubt });
    const finish = () =>
      how === "alone" ? inDoubt.done(taskId) : transactions.write([order], { alsoDone: unitOfWork(taskId) });

    await expect(finish()).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    await settlePromises();

    expect(woken).toBe(1);
    expect(await journal.unsettled("inbox", 10)).toMatchObject([{ task: { id: taskId } }]);
  },
);
