import assert from "node:assert/strict";
import { QueueClosedError } from "../../contracts/task_queue.ts";
import { sampleTask } from "../sample_task.ts";
import { idsOf, pending, queuePromise, standing } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

/** Publishing: what is accepted is there, nothing is accepted twice, and a full queue makes its publishers wait. */
export const publishPromises: readonly TaskQueuePromise[] = [
  queuePromise("a published task is stored and handed out as it was", async ({ queue, take }) => {
    const task = sampleTask("a", {
      payload: { lines: [{ article: "chair", pieces: 12 }], note: null },
      orderKey: "buyer@example.com",
      group: "example.com",
      carrier: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    });
    assert.equal(await queue.publish(task), "stored");
    const delivery = await take();
    assert.deepEqual(delivery.task, task);
    assert.deepEqual([delivery.attempt, delivery.crashes], [1, 0]);
  }),
  queuePromise("tasks come out in the order they went in", async ({ publish, workOff }) => {
    await publish(["a", "b", "c", "d"]);
    assert.deepEqual(await workOff(), ["a", "b", "c", "d"]);
  }),
  queuePromise(
    "a task that waits, runs, retries or is dead is a duplicate",
    async ({ queue, publish, take, retry }) => {
      const again = () => queue.publish(sampleTask("a"));
      await publish("a");
      assert.equal(await again(), "duplicate");
      const delivery = await take();
      assert.equal(await again(), "duplicate");
      await retry(delivery, 500);
      assert.equal(await again(), "duplicate");
    },
    { needs: ["deduplication"] },
  ),
  queuePromise(
    "a finished task is still known, and a late duplicate of it is not run again",
    async ({ queue, publish, workOff }) => {
      await publish("a");
      await workOff();
      assert.equal(await queue.publish(sampleTask("a")), "duplicate");
      assert.equal(await queue.tryPublish(sampleTask("a")), "duplicate");
      assert.deepEqual(await workOff(), []);
    },
    { needs: ["deduplication"] },
  ),
  queuePromise(
    "a dead task is a duplicate",
    async ({ queue, publish, take }) => {
      await publish("a");
      await queue.deadLetter(await take(), "rejected", "no such customer");
      assert.equal(await queue.publish(sampleTask("a")), "duplicate");
    },
    { needs: ["deduplication"] },
  ),
  queuePromise(
    "publishing waits while the queue is full, and goes on when a task is finished",
    async ({ queue, clock, publish, take }) => {
      await publish(["a", "b"]);
      const third = pending(queue.publish(sampleTask("c")));
      assert.equal(await standing(clock, third), "waiting");
      const held = await take();
      assert.equal(await standing(clock, third), "waiting", "a task that is being worked on still takes room");
      await queue.ack(held);
      assert.equal(await third, "stored");
    },
    { settings: { capacity: 2 } },
  ),
  queuePromise(
    "a task given up makes room as well",
    async ({ queue, publish, take }) => {
      await publish("a");
      const second = pending(queue.publish(sampleTask("b")));
      await queue.deadLetter(await take(), "rejected", "");
      assert.equal(await second, "stored");
    },
    { settings: { capacity: 1 } },
  ),
  queuePromise(
    "publishers that wait are let in in the order they came, ahead of later ones",
    async ({ queue, clock, publish, workOff }) => {
      await publish("a");
      const waiting = ["b", "c"].map((id) => pending(queue.publish(sampleTask(id))));
      await clock.advance(0);
      assert.equal(await queue.tryPublish(sampleTask("d")), "full");
      assert.deepEqual(await workOff(), ["a", "b", "c"]);
      assert.deepEqual(await Promise.all(waiting), ["stored", "stored"]);
    },
    { settings: { capacity: 1 } },
  ),
  queuePromise(
    "a publisher that gives up waiting leaves the line, and its task is not stored",
    async ({ queue, clock, publish, workOff }) => {
      await publish("a");
      const patience = new AbortController();
      const given = pending(queue.publish(sampleTask("b"), { signal: patience.signal }));
      const behind = pending(queue.publish(sampleTask("c")));
      await clock.advance(0);
      patience.abort(new Error("no patience"));
      await assert.rejects(given, /no patience/);
      assert.deepEqual(await workOff(), ["a", "c"]);
      assert.equal(await behind, "stored");
    },
    { settings: { capacity: 1 } },
  ),
  queuePromise("a signal that was aborted before publishes nothing", async ({ queue, tryTake }) => {
    const signal = AbortSignal.abort(new Error("too late"));
    await assert.rejects(queue.publish(sampleTask("a"), { signal }), /too late/);
    assert.equal(await tryTake(), undefined);
  }),
  queuePromise(
    "tryPublish answers at once: stored, duplicate or full",
    async ({ queue, take }) => {
      assert.equal(await queue.tryPublish(sampleTask("a")), "stored");
      assert.equal(await queue.tryPublish(sampleTask("b")), "full");
      assert.equal(await queue.tryPublish(sampleTask("a")), "duplicate");
      await queue.ack(await take());
      assert.equal(await queue.tryPublish(sampleTask("b")), "stored");
    },
    { settings: { capacity: 1 }, needs: ["deduplication"] },
  ),
  queuePromise(
    "close turns away publishers that wait and those that come",
    async ({ queue, publish, clock }) => {
      await publish("a");
      const waiting = pending(queue.publish(sampleTask("b")));
      await clock.advance(0);
      await queue.close();
      await queue.close();
      await assert.rejects(waiting, QueueClosedError);
      await assert.rejects(queue.publish(sampleTask("c")), QueueClosedError);
      await assert.rejects(queue.tryPublish(sampleTask("c")), QueueClosedError);
    },
    { settings: { capacity: 1 } },
  ),
  queuePromise(
    "many publishers at once lose and double nothing",
    async ({ queue, workOff }) => {
      const ids = Array.from({ length: 50 }, (_, n) => `t${n}`);
      const publishing = ids.map((id) => pending(queue.publish(sampleTask(id))));
      const finished: string[] = [];
      while (finished.length < ids.length) {
        const some = await workOff();
        assert.notEqual(some.length, 0, "publishers wait although the queue is empty");
        finished.push(...some);
      }
      await Promise.all(publishing);
      assert.deepEqual(finished, ids);
    },
    { settings: { capacity: 3 } },
  ),
  queuePromise("one consumer may hold many tasks at once", async ({ publish, takeAll }) => {
    await publish(["a", "b", "c"]);
    assert.deepEqual(idsOf(await takeAll()), ["a", "b", "c"]);
  }),
];
