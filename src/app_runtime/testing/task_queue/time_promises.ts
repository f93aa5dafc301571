import assert from "node:assert/strict";
import { idsOf, queuePromise } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

/** What waits for its time: delays and the rate limit. */
export const timePromises: readonly TaskQueuePromise[] = [
  queuePromise(
    "a task is not handed out before its time, and others pass it by",
    async ({ queue, clock, publish, takeAll, take }) => {
      await publish("late", { notBefore: clock.wallNow() + 500 });
      await publish("now");
      await publish("past", { notBefore: clock.wallNow() - 500 });
      assert.deepEqual(idsOf(await takeAll()), ["now", "past"]);
      assert.deepEqual([queue.stats().delayed, queue.stats().waiting], [1, 0]);
      await clock.advance(400);
      assert.deepEqual(idsOf(await takeAll()), []);
      await clock.advance(200);
      assert.equal((await take()).task.id, "late");
    },
    { needs: ["delay"] },
  ),
  queuePromise(
    "tasks become due in the order of their times",
    async ({ clock, publish, workOff }) => {
      for (const [id, afterMs] of [["c", 300] as const, ["a", 100] as const, ["b", 200] as const]) {
        await publish(id, { notBefore: clock.wallNow() + afterMs });
      }
      const order: string[] = [];
      for (let step = 0; step < 8; step += 1) {
        await clock.advance(50);
        order.push(...(await workOff()));
      }
      assert.deepEqual(order, ["a", "b", "c"]);
    },
    { needs: ["delay"] },
  ),
  queuePromise(
    "what became due while nobody asked counts as waiting, and its age counts from then",
    async ({ queue, clock, publish }) => {
      await publish("a", { notBefore: clock.wallNow() + 200 });
      await clock.advance(500);
      const { waiting, delayed, oldestWaitingMs } = queue.stats();
      assert.deepEqual([waiting, delayed], [1, 0]);
      assert.ok(oldestWaitingMs >= 250 && oldestWaitingMs <= 350, `${oldestWaitingMs} ms`);
    },
    { needs: ["delay"] },
  ),
  queuePromise(
    "never more hand-outs than the limit within any window, and all of them in the end",
    async ({ queue, clock, publish, tryTake }) => {
      const ids = Array.from({ length: 10 }, (_, n) => `t${n}`);
      await publish(ids);
      const handedOutAt: number[] = [];
      for (let step = 0; step < 100 && handedOutAt.length < ids.length; step += 1) {
        for (let next = await tryTake(); next !== undefined; next = await tryTake()) {
          handedOutAt.push(queue.stats().lastPickupAt ?? 0);
          await queue.ack(next);
        }
        await clock.advance(step % 3 === 0 ? 40 : 25);
      }
      assert.equal(handedOutAt.length, ids.length);
      for (const [n, at] of handedOutAt.entries()) {
        const third = handedOutAt[n + 3];
        if (third !== undefined) assert.ok(third - at >= 100, `4 hand-outs within ${third - at} ms`);
      }
    },
    { needs: ["rate-limit"], settings: { rateLimit: { tasks: 3, perMs: 100 } } },
  ),
  queuePromise(
    "the age of what waits is told, and is 0 when nothing does",
    async ({ queue, clock, publish, workOff }) => {
      assert.equal(queue.stats().oldestWaitingMs, 0);
      assert.equal(queue.stats().lastPickupAt, undefined);
      await publish("a");
      await clock.advance(100);
      await publish("b");
      const { oldestWaitingMs } = queue.stats();
      assert.ok(oldestWaitingMs >= 100 && oldestWaitingMs < 300, `${oldestWaitingMs} ms`);
      await workOff();
      assert.equal(queue.stats().oldestWaitingMs, 0);
      assert.ok((queue.stats().lastPickupAt ?? 0) >= 100);
    },
  ),
];
