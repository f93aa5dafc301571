import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { expect, onTestFinished, test, vi } from "vitest";
import type { DatabaseLimits, DatabaseState } from "../../../src/adapters/sqlite/sqlite_database.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { itemsIn, openDatabase } from "./open_database.ts";
import { insertItem, shop } from "./shop_tables.ts";

const item = (name: string) => [{ sql: insertItem, params: [name] }];

test("a write is all or nothing, and gives each statement's result", async () => {
  const database = await openDatabase();
  const [inserted, found] = await database.write([
    ...item("chair"),
    { sql: "UPDATE orders SET item = 'stool' RETURNING id, item" },
  ]);
  expect(inserted).toEqual({ changes: 1, rows: [] });
  expect(found).toEqual({ changes: 1, rows: [{ id: 1, item: "stool" }] });

  await expect(database.write([...item("table"), ...item("stool")])).rejects.toMatchObject({ code: "SQL_CONSTRAINT" });
  expect(await itemsIn(database)).toEqual(["stool"]);
});

test("calls made together share one commit", async () => {
  const path = join(tempDir(), "shop.sqlite");
  const database = await openDatabase({ path });
  const before = pagesLogged(path);
  await Promise.all(Array.from({ length: 50 }, (_, n) => database.write(item(`chair ${n}`))));
  expect(await itemsIn(database)).toHaveLength(50);
  // Each commit logs the pages it changed: the table's and its index's. Fifty commits would have logged a hundred.
  expect(pagesLogged(path) - before).toBeLessThan(10);
});

/** The write-ahead log has a header of 32 bytes, then pages of 4096 with 24 of their own. */
function pagesLogged(path: string): number {
  return (statSync(`${path}-wal`).size - 32) / (4_096 + 24);
}

test("a call that fails does not hurt the neighbours in its group", async () => {
  const database = await openDatabase();
  await database.write(item("chair"));
  const ends = await Promise.allSettled(["stool", "chair", "table"].map((name) => database.write(item(name))));
  expect(ends.map((end) => end.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await itemsIn(database)).toEqual(["chair", "stool", "table"]);
});

test("a call whose guard does not hold is rolled back", async () => {
  const database = await openDatabase();
  const remove = { sql: "DELETE FROM orders WHERE item = ?", params: ["chair"], expectChanges: 1 };
  await expect(database.write([...item("table"), remove])).rejects.toMatchObject({
    code: "SQL_UNEXPECTED_CHANGES",
    statement: 1,
  });
  expect(await itemsIn(database)).toEqual([]);
});

test("a full disk refuses the call that needs room, says so as an outage, and spares its neighbours", async () => {
  const database = await openDatabase({ limits: { maxPages: 30 } });
  const small = database.write(item("chair"));
  const large = database.write(item("x".repeat(200_000)));
  await expect(large).rejects.toMatchObject({ code: "DATABASE_FULL", failureClass: "outage" });
  await small;
  await database.write(item("stool"));
  expect(await itemsIn(database)).toEqual(["chair", "stool"]);
});

test("a file that another program holds is an outage that ends by itself", async () => {
  const path = join(tempDir(), "shop.sqlite");
  const database = await openDatabase({ path, limits: { busyTimeoutMs: 0 } });
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  await expect(database.write(item("chair"))).rejects.toMatchObject({
    code: "DATABASE_LOCKED",
    failureClass: "outage",
  });
  other.exec("ROLLBACK");
  await database.write(item("chair"));
  expect(await itemsIn(database)).toEqual(["chair"]);
});

test("a file that is no database, or cannot be opened, is named", async () => {
  const path = join(tempDir(), "shop.sqlite");
  writeFileSync(path, "Dear customer, ".repeat(500));
  await expect(openDatabase({ path })).rejects.toMatchObject({ code: "DATABASE_DAMAGED" });
  const nowhere = join(tempDir(), "missing", "shop.sqlite");
  await expect(openDatabase({ path: nowhere })).rejects.toMatchObject({ code: "DATABASE_ACCESS" });
});

test("a schema grows by its steps, and one from a newer program is refused", async () => {
  const path = join(tempDir(), "shop.sqlite");
  const older = await openDatabase({ path, migrations: [shop] });
  await older.write(item("chair"));
  await older.close();

  const grown = { ...shop, steps: [...shop.steps, "ALTER TABLE orders ADD COLUMN price TEXT DEFAULT '1.00'"] };
  const newer = await openDatabase({ path, migrations: [grown] });
  expect(await newer.read("SELECT item, price FROM orders")).toEqual([{ item: "chair", price: "1.00" }]);
  await newer.close();

  await expect(openDatabase({ path, migrations: [shop] })).rejects.toMatchObject({ code: "DATABASE_NEWER" });
});

test("a thread that dies rejects what was pending, and the database opens again by itself", async () => {
  const shopDatabase = await openObserved({});
  const { database } = shopDatabase;
  await database.write(item("chair"));

  vi.spyOn(Worker.prototype, "postMessage").mockImplementationOnce(function dieInstead(this: Worker) {
    void this.terminate();
  });
  await expect(database.write(item("bench"))).rejects.toMatchObject({
    code: "DATABASE_UNAVAILABLE",
    failureClass: "outage",
  });
  await expect(database.write(item("stool"))).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });

  await shopDatabase.back;
  await database.write(item("table"));
  expect(await itemsIn(database)).toEqual(["chair", "table"]);
  expect(shopDatabase.states).toEqual(["open", "reopening", "open"]);
});

test("a thread that does not answer in time is given up and replaced", async () => {
  const { database, back } = await openObserved({ answerWithinMs: 50 });
  const slow = database.read(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000000) SELECT count(*) FROM n",
  );
  await expect(slow).rejects.toThrow("did not answer within 50 ms");
  await back;
  expect(await itemsIn(database)).toEqual([]);
});

async function openObserved(limits: Partial<DatabaseLimits>) {
  const states: DatabaseState["kind"][] = [];
  const back = Promise.withResolvers<void>();
  const database = await openDatabase({
    limits,
    onStateChange: ({ kind }) => {
      states.push(kind);
      if (kind === "open" && states.includes("reopening")) back.resolve();
    },
  });
  return { database, states, back: back.promise };
}

test("a parameter that no database knows fails its call and nothing else", async () => {
  const database = await openDatabase();
  const wrong = [{ sql: insertItem, params: [(() => "chair") as never] }];
  await expect(database.write(wrong)).rejects.toMatchObject({ code: "SQL_FAILED" });
  await database.write(item("stool"));
});

test("more calls than may wait are refused", async () => {
  const database = await openDatabase({ limits: { maxWaiting: 2 } });
  const calls = ["chair", "stool", "table"].map((name) => database.write(item(name)));
  await expect(Promise.all(calls)).rejects.toMatchObject({ code: "DATABASE_OVERLOADED" });
  expect((await Promise.allSettled(calls)).map((end) => end.status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
});

test("closing finishes the calls that wait, refuses later ones, and can be repeated", async () => {
  const path = join(tempDir(), "shop.sqlite");
  const database = await openDatabase({ path });
  const last = database.write(item("chair"));
  await database.close();
  await database.close();
  await last;
  await expect(database.read("SELECT 1")).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });

  await database.open();
  expect(await itemsIn(database)).toEqual(["chair"]);
});

test("a read never sees what its neighbours have not committed", async () => {
  const database = await openDatabase();
  const writing = database.write(item("chair"));
  const reading = itemsIn(database);
  expect(await reading).toEqual([]);
  await writing;
});

test("writes that need not survive the machine are committed all the same", async () => {
  const path = join(tempDir(), "shop.sqlite");
  const database = await openDatabase({ path });
  await database.write(item("chair"), { durable: false });
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  expect(other.prepare("SELECT item FROM orders").all()).toEqual([{ item: "chair" }]);
});
