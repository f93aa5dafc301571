import { afterAll, beforeAll, expect, test } from "vitest";
import { bullmqQueueKind } from "../../../src/adapters/bullmq_queue/index.ts";
import { sqliteQueueKind } from "../../../src/adapters/sqlite_queue/index.ts";
import type { BlobRef } from "../../../src/app_runtime/contracts/blob_store.ts";
import { MemoryBlobs } from "../../support/memory_blobs.ts";
import { type Redis, startRedis } from "../../support/redis.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openHook } from "./open_webhook.ts";

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

test.each([
  ["sqlite", () => ({ adapter: "sqlite", file: `${tempDir()}/hooks.sqlite` })],
  ["bullmq", () => ({ adapter: "bullmq", redis: { port: redis.port } })],
])(
  "%s carries a whole megabyte, more by the blob store, and what is over the limit is refused",
  async (_name, queue) => {
    const blobs = new MemoryBlobs();
    const kinds = [sqliteQueueKind, bullmqQueueKind];
    const hook = await openHook({ blobs, kinds, queue: queue(), config: { maxBodySize: "3MB" } });
    const [whole, large, tooLarge] = [999_998, 2_999_998, 2_999_999].map((length) => `"${"x".repeat(length)}"`);

    const answers = [];
    for (const body of [whole, large, tooLarge]) answers.push(await hook.post(body ?? ""));

    expect(answers.map(({ status }) => status)).toEqual([202, 202, 413]);
    expect(answers[2]?.json.detail).toContain("larger than 3MB");
    await hook.handledSoon(2);
    const [first, second] = hook.handled.map(
      ({ payload }) => payload as { readonly body?: string; readonly blob?: BlobRef },
    );
    expect(JSON.stringify(first?.body) === whole).toBe(true);
    expect(second).not.toHaveProperty("body");
    const stored = second?.blob === undefined ? "" : Buffer.from(await blobs.get(second.blob.sha256)).toString();
    expect(stored === large).toBe(true);
  },
);
