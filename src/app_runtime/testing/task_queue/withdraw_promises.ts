import assert from "node:assert/strict";
import { LeaseLostError } from "../../contracts/task_queue.ts";
import { taskId } from "../sample_task.ts";
import { queuePromise } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

const lost = { source: "lost" };
const kept = { source: "kept" };

/** A source that another runtime works now leaves nothing behind. */
export const withdrawPromises: readonly TaskQueuePromise[] = [
  queuePromise("of a withdrawn source nothing is left, whatever state it was in", async (desk) => {
    const { queue, publish, take, retry } = desk;
    await publish(["dead", "delayed", "leased", "waiting"], lost);
    await queue.deadLetter(await take(), "rejected", "");
    await retry(await take(), 1_000);
    await take();

    await queue.withdraw("lost");

    const { dead, delayed, leased, waiting } = queue.stats();
    assert.deepEqual({ dead, delayed, leased, waiting }, { dead: 0, delayed: 0, leased: 0, waiting: 0 });
    await desk.clock.advance(2_000);
    assert.equal(await desk.tryTake(), undefined);
  }),
  queuePromise("a delivery of a withdrawn source can no longer be settled or renewed", async (desk) => {
    await desk.publish("a", lost);
    const delivery = await desk.take();
    await desk.queue.withdraw("lost");
    await assert.rejects(desk.queue.ack(delivery), LeaseLostError);
    assert.deepEqual(await desk.queue.renew([delivery]), [delivery]);
  }),
  queuePromise("what was withdrawn may be published again, and is no duplicate", async (desk) => {
    const { queue, publish, take } = desk;
    await publish(["waiting", "dead"], lost);
    await queue.deadLetter(await take(), "rejected", "");
    await queue.withdraw("lost");

    await publish(["waiting", "dead"], lost);

    assert.deepEqual([...(await desk.workOff())].sort(), ["dead", "waiting"]);
    assert.equal(await queue.findDeadLetter(taskId("dead")), undefined);
  }),
  queuePromise("the other sources keep their tasks and their order", async (desk) => {
    const { queue, publish } = desk;
    for (const [id, source] of Object.entries({ a: kept, b: lost, c: kept, d: lost, e: kept }))
      await publish(id, source);
    await queue.withdraw("lost");
    assert.deepEqual(await desk.workOff(), ["a", "c", "e"]);
  }),
  queuePromise(
    "a withdrawn head frees its order key",
    async (desk) => {
      const { queue, publish, take } = desk;
      await publish(["first", "second"], { ...lost, orderKey: "k" });
      await publish("third", { ...kept, orderKey: "k" });
      await take();
      await queue.withdraw("lost");
      assert.deepEqual(await desk.workOff(), ["third"]);
    },
    { needs: ["order-key"] },
  ),
  queuePromise(
    "a withdrawn task frees its group",
    async (desk) => {
      const { queue, publish, take } = desk;
      await publish(["runs", "parked"], { ...lost, group: "g" });
      await publish(["next", "last"], { ...kept, group: "g" });
      await take();
      assert.equal(await desk.tryTake(), undefined);
      await queue.withdraw("lost");
      assert.deepEqual(await desk.workOff(), ["next", "last"]);
    },
    { needs: ["group-limit"] },
  ),
  queuePromise(
    "withdrawing makes room for whoever waits with a task",
    async (desk) => {
      await desk.publish("a", lost);
      const waits = desk.publish("b", kept);
      await desk.queue.withdraw("lost");
      await waits;
      assert.deepEqual(await desk.workOff(), ["b"]);
    },
    { settings: { capacity: 1 } },
  ),
];
