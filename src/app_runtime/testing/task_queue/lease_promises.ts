import assert from "node:assert/strict";
import type { LeasedDelivery } from "../../contracts/delivery.ts";
import { LeaseLostError, type TaskQueue } from "../../contracts/task_queue.ts";
import { idsOf, type QueueDesk, queuePromise } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

/** Every way to settle a delivery. */
const settlements: readonly (readonly [string, (queue: TaskQueue, delivery: LeasedDelivery) => Promise<void>])[] = [
  ["ack", (queue, delivery) => queue.ack(delivery)],
  ["nack", (queue, delivery) => queue.nack(delivery, { retryDelayMs: 0, burnAttempt: true, reason: "" })],
  ["deadLetter", (queue, delivery) => queue.deadLetter(delivery, "rejected", "")],
];

/** Leases: whoever falls silent loses the task, and can no longer say what became of it. */
export const leasePromises: readonly TaskQueuePromise[] = [
  queuePromise("a task nobody settles in time is handed out again, as a crash of the same attempt", async (desk) => {
    const { queue, publish, take, clock, settings } = desk;
    await publish("a");
    const first = await take();
    assert.equal(await desk.tryTake(), undefined, "it was handed out twice");
    await clock.advance(settings.leaseMs + 100);
    const second = await take();
    assert.deepEqual([second.task.id, second.attempt, second.crashes], ["a", 1, 1]);
    assert.notEqual(second.leaseToken, first.leaseToken);
    assert.equal(queue.stats().leased, 1);
  }),
  queuePromise("a delivery says until when it is held", async ({ publish, take, clock, settings }) => {
    await publish("a");
    const before = clock.now();
    const { leaseUntil } = await take();
    assert.ok(leaseUntil >= before + settings.leaseMs && leaseUntil <= clock.now() + settings.leaseMs);
  }),
  queuePromise("a renewed lease holds on, and its end moves", async ({ queue, publish, take, tryTake, clock }) => {
    await publish("a");
    const delivery = await take();
    const until = delivery.leaseUntil;
    for (let step = 0; step < 4; step += 1) {
      await clock.advance(600);
      assert.deepEqual(await queue.renew([delivery]), []);
    }
    assert.ok(delivery.leaseUntil > until + 2_000);
    assert.equal(await tryTake(), undefined);
    await queue.ack(delivery);
  }),
  queuePromise("renewing names those that have lost their lease, and renews the others", async (desk) => {
    const { queue, publish, takeAll, clock } = desk;
    await publish(["kept", "lost", "finished"]);
    const held = await takeAll();
    const [kept, lost, finished] = held as [LeasedDelivery, LeasedDelivery, LeasedDelivery];
    await queue.ack(finished);
    await clock.advance(600);
    await queue.renew([kept]);
    await clock.advance(600);
    assert.deepEqual(idsOf(await queue.renew(held)), ["lost", "finished"]);
    assert.deepEqual(await queue.renew([kept]), []);
    assert.equal((await desk.take()).task.id, lost.task.id);
  }),
  ...settlements.map(([verb, settle]) =>
    queuePromise(`${verb} without the lease is refused, and changes nothing`, async (desk) => {
      const { queue, publish, take, clock, settings } = desk;
      await publish("a");
      const late = await take();
      await clock.advance(settings.leaseMs + 100);
      await assert.rejects(settle(queue, late), LeaseLostError, "before it was handed out again");
      const current = await take();
      await assert.rejects(settle(queue, late), LeaseLostError, "after it was handed out again");
      assert.deepEqual(await queue.renew([late]), [late]);
      assert.deepEqual([queue.stats().leased, queue.stats().dead, queue.stats().acked], [1, 0, 0]);
      await queue.ack(current);
    }),
  ),
  ...settlements.map(([verb, settle]) =>
    queuePromise(`${verb} after the delivery was settled is refused`, async ({ queue, publish, take }) => {
      await publish("a");
      const delivery = await take();
      await queue.ack(delivery);
      await assert.rejects(settle(queue, delivery), LeaseLostError);
    }),
  ),
  queuePromise("what was acked does not come again when its lease would have run out", async (desk) => {
    await desk.publish("a");
    await desk.queue.ack(await desk.take());
    await desk.clock.advance(2 * desk.settings.leaseMs);
    assert.equal(await desk.tryTake(), undefined);
    const { waiting, leased, acked } = desk.queue.stats();
    assert.deepEqual({ waiting, leased, acked }, { waiting: 0, leased: 0, acked: 1 });
  }),
  queuePromise("nack hands the task out again, as the next attempt", async (desk) => {
    await desk.publish("a");
    await desk.retry(await desk.take());
    const again = await desk.take();
    assert.deepEqual([again.attempt, again.crashes], [2, 0]);
    assert.equal(desk.queue.stats().retried, 1);
  }),
  queuePromise("nack that burns no attempt hands it out with the same number", async ({ queue, publish, take }) => {
    await publish("a");
    await queue.nack(await take(), { retryDelayMs: 0, burnAttempt: false, reason: "shutdown" });
    assert.equal((await take()).attempt, 1);
    assert.equal(queue.stats().retried, 0);
  }),
  queuePromise("a task given back is not a crash, and clears earlier ones", async (desk) => {
    const { publish, take, clock, settings, retry } = desk;
    await publish("a");
    await take();
    await clock.advance(settings.leaseMs + 100);
    const second = await take();
    assert.equal(second.crashes, 1);
    await retry(second);
    const third = await take();
    assert.deepEqual([third.attempt, third.crashes], [2, 0]);
  }),
  queuePromise("a task given back unopened is as if nobody had been handed it", async (desk) => {
    const { queue, publish, take, clock, settings } = desk;
    await publish("a");
    await take();
    await clock.advance(settings.leaseMs + 100);
    await queue.nack(await take(), {
      retryDelayMs: 0,
      burnAttempt: false,
      unopened: true,
      reason: "no worker is free",
    });
    const again = await take();
    assert.deepEqual([again.attempt, again.crashes], [1, 1]);
    await queue.ack(again);
    assert.deepEqual([queue.stats().retried, queue.stats().leased], [0, 0]);
  }),
  queuePromise(
    "nack with a delay keeps the task back for that long",
    async (desk: QueueDesk) => {
      await desk.publish("a");
      await desk.retry(await desk.take(), 300);
      await desk.clock.advance(200);
      assert.equal(await desk.tryTake(), undefined);
      assert.equal(desk.queue.stats().delayed, 1);
      await desk.clock.advance(200);
      assert.equal((await desk.take()).attempt, 2);
    },
    { needs: ["delay"] },
  ),
];
