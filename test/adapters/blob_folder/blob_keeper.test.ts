import { expect, test } from "vitest";
import { BlobKeeper } from "../../../src/adapters/blob_folder/blob_keeper.ts";
import type { FolderBlobStore } from "../../../src/adapters/blob_folder/folder_blob_store.ts";
import type { NeededBlobs, SweptBlobStore } from "../../../src/app_runtime/contracts/blob_store.ts";
import type { RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

const day = 86_400_000;

function newKeeper(sweep: (before: number) => Promise<number>) {
  const clock = new ManualClock();
  const facts: RuntimeEventBody[] = [];
  const keeper = new BlobKeeper({
    folder: { open: async () => undefined } as FolderBlobStore,
    store: { sweep: (before: number, _needed: NeededBlobs) => sweep(before) } as SweptBlobStore,
    needed: async () => new Set(),
    keepMs: 30 * day,
    clock,
    events: {
      heard: true,
      emit: (event) => void facts.push(event),
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    },
  });
  return { keeper, clock, facts };
}

test("once a day it deletes what is older than its limit, and says so", async () => {
  const cutoffs: number[] = [];
  const { keeper, clock, facts } = newKeeper(async (before) => cutoffs.push(before));
  await keeper.load();
  await keeper.start();
  await clock.advance(2 * day);
  expect(cutoffs).toEqual([clock.wallNow() - 31 * day, clock.wallNow() - 30 * day]);
  expect(facts).toMatchObject([{ code: "blobs_swept" }, { code: "blobs_swept" }]);
  await keeper.stop();
  expect(clock.pending).toBe(0);
});

test("a sweep that fails is said, and tried again the next day", async () => {
  let tries = 0;
  const { keeper, clock, facts } = newKeeper(async () => {
    tries += 1;
    throw new Error("the disk is gone");
  });
  await keeper.start();
  await clock.advance(2 * day);
  expect(tries).toBe(2);
  expect(facts[0]).toMatchObject({ code: "blobs_not_swept", message: expect.stringContaining("the disk is gone") });
  await keeper.stop();
});

test("stopping waits for the sweep that runs", async () => {
  const swept = Promise.withResolvers<number>();
  const { keeper, clock } = newKeeper(() => swept.promise);
  await keeper.start();
  await clock.advance(day);
  let stopped = false;
  const stopping = keeper.stop().then(() => {
    stopped = true;
  });
  await clock.advance(0);
  expect(stopped).toBe(false);
  swept.resolve(0);
  await stopping;
});
