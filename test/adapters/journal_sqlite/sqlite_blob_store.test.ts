import { expect, test } from "vitest";
import { blobMigrations } from "../../../src/adapters/journal_sqlite/blob_schema.ts";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import { SqliteBlobStore } from "../../../src/adapters/journal_sqlite/sqlite_blob_store.ts";
import { SqliteJournal } from "../../../src/adapters/journal_sqlite/sqlite_journal.ts";
import { type BlobId, BlobMissingError, type SweptBlobStore } from "../../../src/app_runtime/contracts/blob_store.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { openDatabase } from "../sqlite/open_database.ts";

const small = Buffer.from("12 chairs");
const large = Buffer.from("12,000 chairs");
const nothingNeeded = async () => new Set<BlobId>();

/** Stands for the other store and notes what it is asked. */
class LargerBlobs implements SweptBlobStore {
  readonly asked: string[] = [];

  async put(bytes: Uint8Array) {
    this.asked.push("put");
    return { sha256: "large" as BlobId, size: bytes.length };
  }

  async get(id: BlobId): Promise<Uint8Array> {
    if (id !== "large") throw new BlobMissingError(id, "its file is not there");
    return large;
  }

  async has(id: BlobId) {
    return id === "large";
  }

  async sweep() {
    this.asked.push("sweep");
    return 0;
  }
}

async function openStore() {
  const database = await openDatabase({ migrations: [journalMigrations, blobMigrations] });
  const clock = new ManualClock();
  const larger = new LargerBlobs();
  const newStore = () => new SqliteBlobStore({ database, clock, larger, smallUpTo: 10 });
  return { store: newStore(), newStore, database, clock, larger, journal: new SqliteJournal({ database, clock }) };
}

test("a small blob lives in the database, a larger one in the other store", async () => {
  const { store, larger } = await openStore();
  const { sha256, size } = await store.put(small);
  expect(size).toBe(9);
  expect(Buffer.from(await store.get(sha256)).toString()).toBe("12 chairs");
  expect(larger.asked).toEqual([]);

  const ref = await store.put(large);
  expect(await store.get(ref.sha256)).toBe(large);
  expect([await store.has(sha256), await store.has(ref.sha256), await store.has("x" as BlobId)]).toEqual([
    true,
    true,
    false,
  ]);
  await expect(store.get("x" as BlobId)).rejects.toThrow(BlobMissingError);
});

test("putting the same twice at once stores it once", async () => {
  const { store, database } = await openStore();
  await Promise.all([store.put(small), store.put(small)]);
  expect(await database.read("SELECT count(*) AS n FROM blob")).toEqual([{ n: 1 }]);
});

test("a damaged row is missing until its content is put again", async () => {
  const { store, newStore, database } = await openStore();
  const { sha256 } = await store.put(small);
  await database.write([{ sql: "UPDATE blob SET bytes = x'00'" }]);
  await expect(newStore().get(sha256)).rejects.toThrow("damaged");
  await store.put(small);
  expect(Buffer.from(await newStore().get(sha256)).toString()).toBe("12 chairs");
});

test("what was put a moment ago is read without asking the database, even if its buffer was used again", async () => {
  const { store, database } = await openStore();
  const buffer = Buffer.from(small);
  const { sha256 } = await store.put(buffer);
  expect(await store.get(sha256)).toBe(buffer);

  buffer.fill("x");
  expect(Buffer.from(await store.get(sha256)).toString()).toBe("12 chairs");
  await database.close();
  await expect(store.get(sha256)).rejects.toThrow();
});

test("a swept blob is gone at once", async () => {
  const { store, clock } = await openStore();
  const { sha256 } = await store.put(small);
  await clock.advance(1_000);
  await store.sweep(clock.wallNow(), nothingNeeded);
  await expect(store.get(sha256)).rejects.toThrow(BlobMissingError);
});

test("a sweep deletes what is old and not needed, in both stores", async () => {
  const { store, clock, larger } = await openStore();
  const put = async (text: string) => (await store.put(Buffer.from(text))).sha256;
  const old = await Promise.all(Array.from({ length: 1_200 }, (_, n) => put(`old ${n}`)));
  const needed = await put("needed");
  await clock.advance(1_000);
  const young = await put("young");

  const cutoff = clock.wallNow();
  expect(await store.sweep(cutoff, async () => new Set([needed]))).toBe(1_200);

  expect(await Promise.all([old[0] as BlobId, needed, young].map((id) => store.has(id)))).toEqual([false, true, true]);
  expect(larger.asked).toEqual(["sweep"]);
});

test("a blob put again while a sweep runs stays", async () => {
  const { store, clock } = await openStore();
  const { sha256 } = await store.put(small);
  await clock.advance(1_000);
  const deleted = await store.sweep(clock.wallNow(), async () => {
    await store.put(small);
    return nothingNeeded();
  });
  expect(deleted).toBe(0);
  expect(await store.has(sha256)).toBe(true);
});

test("the journal knows which blobs its unfinished tasks carry", async () => {
  const { journal } = await openStore();
  const offer = (id: string) => ({
    task: { id, source: "inbox", payload: { mail: { blob: { sha256: `sha-${id}`, size: 9 } } } } as unknown as Task,
    queue: "orders",
  });
  await journal.offer([offer("offered"), offer("done"), offer("dead")]);
  await journal.done("done" as Task["id"]);
  await journal.dead("dead" as Task["id"], "rejected", "", 1);
  const ids = ["sha-offered", "sha-done", "sha-dead", "sha-unknown"] as BlobId[];
  expect([...(await journal.blobsNeeded(ids))].sort()).toEqual(["sha-dead", "sha-offered"]);
});
