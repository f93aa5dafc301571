import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FolderBlobStore } from "../../../src/adapters/blob_folder/folder_blob_store.ts";
import type { BlobId } from "../../../src/app_runtime/contracts/blob_store.ts";
import { tempDir } from "../../support/temp_dir.ts";

const chairs = Buffer.from("12 chairs");
const chairsId = "0d1f5b1ea2dfe2bfc0dbdd8f3c1bb8f7f1a6f4a1a3a8d8f0a1f4d5a9b6d0e7c2" as BlobId;

async function openStore(maxBytes = 1_000) {
  const directory = tempDir();
  const store = new FolderBlobStore({ directory, maxBytes });
  await store.open();
  const pathOf = (id: string) => join(directory, id.slice(0, 2), id);
  const age = (id: string) => utimesSync(pathOf(id), 1_000, 1_000);
  return { store, directory, pathOf, age };
}

const nothingNeeded = async () => new Set<BlobId>();
const tomorrow = () => Date.now() + 86_400_000;

test("what was put comes back by its hash, in a store opened later too", async () => {
  const { store, directory } = await openStore();
  const { sha256, size } = await store.put(chairs);
  expect([sha256, size]).toMatchObject([expect.stringMatching(/^[0-9a-f]{64}$/), 9]);

  const later = new FolderBlobStore({ directory, maxBytes: 1_000 });
  await later.open();
  expect(Buffer.from(await later.get(sha256)).toString()).toBe("12 chairs");
  expect([await later.has(sha256), await later.has(chairsId)]).toEqual([true, false]);
});

test("nobody but its owner can read a blob", async () => {
  const { store, directory, pathOf } = await openStore();
  const { sha256 } = await store.put(chairs);
  expect(statSync(pathOf(sha256)).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, sha256.slice(0, 2))).mode & 0o777).toBe(0o700);
});

test("many puts of one content at once store it once", async () => {
  const { store, directory } = await openStore();
  const refs = await Promise.all(Array.from({ length: 50 }, () => store.put(chairs)));
  expect(new Set(refs.map((ref) => ref.sha256)).size).toBe(1);
  expect(
    readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  ).toHaveLength(1);
});

test("a blob over the limit is refused for good", async () => {
  const { store } = await openStore(8);
  await expect(store.put(chairs)).rejects.toMatchObject({ code: "BLOB_TOO_LARGE", failureClass: "permanent" });
});

test("a blob that is not there, or whose bytes changed, is missing; putting it again heals it", async () => {
  const { store, pathOf } = await openStore();
  await expect(store.get(chairsId)).rejects.toMatchObject({ code: "BLOB_MISSING" });

  const { sha256 } = await store.put(chairs);
  writeFileSync(pathOf(sha256), "13 chairs");
  await expect(store.get(sha256)).rejects.toThrow("damaged");
  await store.put(chairs);
  expect(Buffer.from(await store.get(sha256)).toString()).toBe("12 chairs");
});

test("a folder that cannot be written is an outage, not a missing blob", async () => {
  const { store, pathOf } = await openStore();
  const { sha256 } = await store.put(chairs);
  rmSync(pathOf(sha256));
  rmSync(join(pathOf(sha256), ".."), { recursive: true });
  writeFileSync(join(pathOf(sha256), ".."), "a file where a folder should be");
  await expect(store.put(chairs)).rejects.toMatchObject({ code: "BLOB_FOLDER", failureClass: "outage" });
  await expect(store.get(sha256)).rejects.toMatchObject({ code: "BLOB_FOLDER" });
});

test("what a killed process left half-written is gone when the store opens", async () => {
  const { store, directory } = await openStore();
  writeFileSync(join(directory, "unfinished", "half"), "12 ch");
  await store.open();
  expect(readdirSync(join(directory, "unfinished"))).toEqual([]);
});

test("a sweep deletes what is old and not needed, and nothing else", async () => {
  const { store, age } = await openStore();
  const [old, needed, young] = await Promise.all(
    ["old", "needed", "young"].map(async (text) => (await store.put(Buffer.from(text))).sha256),
  );
  for (const id of [old, needed]) age(id as string);

  const deleted = await store.sweep(Date.now() - 60_000, async () => new Set([needed as BlobId]));

  expect(deleted).toBe(1);
  expect(await Promise.all([old, needed, young].map((id) => store.has(id as BlobId)))).toEqual([false, true, true]);
});

test("a blob put again while a sweep runs stays, also when the put began before the sweep", async () => {
  const { store, age } = await openStore();
  const { sha256 } = await store.put(chairs);
  age(sha256);
  const early = store.put(chairs);
  const sweeping = store.sweep(tomorrow(), async () => {
    await early;
    return new Set<BlobId>();
  });
  expect(await sweeping).toBe(0);

  await store.sweep(tomorrow(), async () => {
    await store.put(chairs);
    return new Set<BlobId>();
  });
  expect(await store.has(sha256)).toBe(true);
  expect(await store.sweep(tomorrow(), nothingNeeded)).toBe(1);
});

test("storing a blob again renews its age", async () => {
  const { store, pathOf, age } = await openStore();
  const { sha256 } = await store.put(chairs);
  age(sha256);
  await store.put(chairs);
  expect(statSync(pathOf(sha256)).mtimeMs).toBeGreaterThan(1_000_000);
});
