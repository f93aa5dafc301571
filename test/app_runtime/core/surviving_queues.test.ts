import { expect, test } from "vitest";
import { MemoryQueue } from "../../../src/adapters/memory_queue/memory_queue.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { queueKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { sampleTask } from "../../../src/app_runtime/testing/sample_task.ts";
import { Machine, openFollowUpShop } from "./follow_up_shop.ts";

/** A queue that an earlier run has left with these tasks in it. */
function leftWith(...ids: readonly string[]) {
  return queueKind({
    kind: "left",
    schema: {},
    capabilities: ["survives-crash"],
    create: async (_config, parts) => {
      const queue = new MemoryQueue(parts);
      for (const id of ids) await queue.publish(sampleTask(id, { source: "mails" }));
      return queue;
    },
  });
}

test("a task that was left in its queue is finished in the journal, though its source is yet to start", async () => {
  const machine = new Machine();
  await machine.journal.offer([{ task: sampleTask("a", { source: "mails" }), queue: "orders" }]);
  const shop = await openFollowUpShop({ machine, kinds: [leftWith("a")], adapter: "left" });

  expect(shop.billedIds).toEqual(["bill:a"]);
  expect(await machine.journal.find("a" as TaskId)).toMatchObject({ state: "done" });
});
