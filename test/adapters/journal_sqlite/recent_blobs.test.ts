import { expect, test } from "vitest";
import { RecentBlobs } from "../../../src/adapters/journal_sqlite/recent_blobs.ts";
import type { BlobId } from "../../../src/app_runtime/contracts/blob_store.ts";

const [a, b, c] = ["a", "b", "c"] as BlobId[] as [BlobId, BlobId, BlobId];

test("the oldest make room for the newest", () => {
  const blobs = new RecentBlobs(10);
  blobs.put(a, Buffer.alloc(4));
  blobs.put(b, Buffer.alloc(4));
  blobs.put(c, Buffer.alloc(4));
  expect([a, b, c].map((id) => blobs.get(id)?.length)).toEqual([undefined, 4, 4]);
});

test("put again it is new, and counts once", () => {
  const blobs = new RecentBlobs(10);
  for (const id of [a, b, a, a]) blobs.put(id, Buffer.alloc(4));
  blobs.put(c, Buffer.alloc(2));
  expect([a, b, c].map((id) => blobs.get(id)?.length)).toEqual([4, 4, 2]);
  blobs.put(c, Buffer.alloc(4));
  expect([a, b, c].map((id) => blobs.get(id)?.length)).toEqual([4, undefined, 4]);
});

test("one that is too large for all the room is not kept, nor is one that was forgotten", () => {
  const blobs = new RecentBlobs(10);
  blobs.put(a, Buffer.alloc(11));
  blobs.put(b, Buffer.alloc(9));
  blobs.forget(b);
  expect([a, b].map((id) => blobs.get(id))).toEqual([undefined, undefined]);
  blobs.put(c, Buffer.alloc(10));
  expect(blobs.get(c)?.length).toBe(10);
});
