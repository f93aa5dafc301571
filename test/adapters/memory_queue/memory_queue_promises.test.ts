import { expect, test } from "vitest";
import { MemoryQueue, memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import type { QueueCapability } from "../../../src/app_runtime/contracts/task_queue.ts";
import { taskQueuePromises } from "../../../src/app_runtime/testing/task_queue_promises.ts";
import { openMemoryQueue } from "./open_memory_queue.ts";

const survival: readonly QueueCapability[] = ["survives-crash", "shared-by-processes"];
const owed = taskQueuePromises.filter(({ needs }) => !needs.some((need) => survival.includes(need)));

for (const promise of owed) {
  test(`the memory queue: ${promise.name}`, () => promise.run(openMemoryQueue));
}

test("the memory queue claims what it is tested for", async () => {
  const { queue, close } = await openMemoryQueue({ settings: memorySettings });
  expect(queue).toBeInstanceOf(MemoryQueue);
  expect(queue.capabilities).toEqual(memoryQueueKind.capabilities);
  const needed = new Set(owed.flatMap((promise) => promise.needs));
  expect([...needed].filter((capability) => !queue.capabilities.has(capability))).toEqual([]);
  await close();
});

const memorySettings = { capacity: 1, leaseMs: 1_000, groupLimit: 1, rememberFinished: 1, maxDeadLetters: 1 };
