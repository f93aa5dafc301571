import assert from "node:assert/strict";
import { sampleTask } from "../sample_task.ts";
import { idsOf, queuePromise } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

const orderKey = { orderKey: "buyer@example.com" };

/** Who goes first: order keys, groups and priorities. */
export const orderPromises: readonly TaskQueuePromise[] = [
  queuePromise(
    "tasks of one order key run one at a time, others pass them by",
    async ({ queue, publish, takeAll, take }) => {
      await publish(["a1", "a2"], orderKey);
      await publish(["b1"], { orderKey: "other@example.com" });
      await publish(["c1"]);
      const [first, ...others] = await takeAll();
      assert.ok(first !== undefined);
      assert.deepEqual(idsOf([first, ...others]), ["a1", "b1", "c1"]);
      await queue.ack(first);
      assert.equal((await take()).task.id, "a2");
    },
    { needs: ["order-key"] },
  ),
  queuePromise(
    "a head that is tried again keeps its place, and its delay holds up its key alone",
    async ({ clock, publish, take, takeAll, retry, queue }) => {
      await publish(["a1", "a2"], orderKey);
      await retry(await take(), 300);
      await publish(["b1"]);
      assert.deepEqual(idsOf(await takeAll()), ["b1"]);
      await clock.advance(400);
      const head = await take();
      assert.deepEqual([head.task.id, head.attempt], ["a1", 2]);
      await queue.ack(head);
      assert.equal((await take()).task.id, "a2");
    },
    { needs: ["order-key", "delay"] },
  ),
  queuePromise(
    "a head whose lease runs out keeps its place",
    async ({ clock, publish, take, settings, workOff }) => {
      await publish(["a1", "a2", "a3"], orderKey);
      await take();
      await clock.advance(settings.leaseMs + 100);
      assert.deepEqual(await workOff(), ["a1", "a2", "a3"]);
    },
    { needs: ["order-key"] },
  ),
  queuePromise(
    "giving up the head frees its key; retried, it goes to the end of the line",
    async ({ queue, publish, take, workOff }) => {
      await publish(["a1", "a2"], orderKey);
      const head = await take();
      await queue.deadLetter(head, "rejected", "");
      await queue.retryDeadLetter(head.task.id);
      assert.deepEqual(await workOff(), ["a2", "a1"]);
    },
    { needs: ["order-key"] },
  ),
  queuePromise(
    "a head that may not run yet holds up its key",
    async ({ clock, publish, tryTake, workOff }) => {
      await publish("a1", { ...orderKey, notBefore: clock.wallNow() + 300 });
      await publish("a2", orderKey);
      assert.equal(await tryTake(), undefined);
      await clock.advance(400);
      assert.deepEqual(await workOff(), ["a1", "a2"]);
    },
    { needs: ["order-key", "delay"] },
  ),
  queuePromise(
    "priority is ignored among tasks of one key",
    async ({ publish, workOff }) => {
      await publish("a1", { ...orderKey, priority: -5 });
      await publish("a2", { ...orderKey, priority: 100 });
      assert.deepEqual(await workOff(), ["a1", "a2"]);
    },
    { needs: ["order-key", "priority"] },
  ),
  queuePromise(
    "a larger priority goes first, and equals go in their order",
    async ({ queue, workOff }) => {
      for (const [id, priority] of Object.entries({ a: 0, b: -100, c: 100, d: 0, e: 100, f: 1 })) {
        await queue.publish(sampleTask(id, { priority }));
      }
      assert.deepEqual(await workOff(), ["c", "e", "f", "a", "d", "b"]);
    },
    { needs: ["priority"] },
  ),
  queuePromise(
    "of one group only so many run at once, and others pass them by",
    async ({ queue, publish, takeAll, retry }) => {
      await publish(["a1", "a2", "a3", "a4"], { group: "a" });
      await publish(["b1"], { group: "b" });
      await publish(["c1"]);
      const [first, second, ...others] = await takeAll();
      assert.ok(first !== undefined && second !== undefined);
      assert.deepEqual(idsOf([first, second, ...others]), ["a1", "a2", "b1", "c1"]);
      await queue.ack(first);
      assert.deepEqual(idsOf(await takeAll()), ["a3"]);
      await retry(second, 100);
      assert.deepEqual(idsOf(await takeAll()), ["a4"]);
    },
    { needs: ["group-limit"], settings: { groupLimit: 2 } },
  ),
  queuePromise(
    "a group gets its place back from a lease that ran out and from a dead letter",
    async ({ queue, clock, publish, take, workOff, settings }) => {
      await publish(["a1", "a2", "a3"], { group: "a" });
      await take();
      await clock.advance(settings.leaseMs + 100);
      const again = await take();
      await queue.deadLetter(again, "rejected", "");
      const rest = await workOff();
      assert.deepEqual([again.task.id, ...rest].sort(), ["a1", "a2", "a3"]);
    },
    { needs: ["group-limit"] },
  ),
  queuePromise(
    "an order key and a group hold together",
    async ({ publish, takeAll, queue }) => {
      await publish(["x1", "x2"], { orderKey: "x", group: "g" });
      await publish(["y1"], { orderKey: "y", group: "g" });
      const order: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        const [only, ...more] = await takeAll();
        assert.ok(only !== undefined && more.length === 0, "more than one of the group ran at once");
        order.push(only.task.id);
        await queue.ack(only);
      }
      assert.ok(order.indexOf("x1") < order.indexOf("x2"));
      assert.deepEqual(order.sort(), ["x1", "x2", "y1"]);
    },
    { needs: ["order-key", "group-limit"] },
  ),
];
