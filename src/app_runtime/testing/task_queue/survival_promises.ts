import assert from "node:assert/strict";
import { sampleTask, taskId } from "../sample_task.ts";
import { idsOf, type QueueDesk, queuePromise } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

type Options = NonNullable<Parameters<typeof queuePromise>[2]>;

/** A queue that survives does so with all it has; one that has less would need cases of its own. */
const everything = ["order-key", "group-limit", "priority", "delay", "deduplication"] as const;

/** What a queue owes to those who were told "stored" before its node process was killed. */
export const survivalPromises: readonly TaskQueuePromise[] = [
  survives("what was accepted is there, in its order and by its priority", async ({ publish, crash }) => {
    await publish(["a", "b", "c"]);
    await publish("urgent", { priority: 5 });
    const { workOff } = await crash();
    assert.deepEqual(await workOff(), ["urgent", "a", "b", "c"]);
  }),
  survives("a task comes back as it was published", async ({ queue, crash }) => {
    const task = sampleTask("a", { payload: { lines: [1, "zwölf ☃", null] }, orderKey: "k", group: "g", priority: 3 });
    await queue.publish(task);
    const { take } = await crash();
    assert.deepEqual((await take()).task, task);
  }),
  survives("what was finished stays finished, and a late duplicate of it is not run", async (desk) => {
    await desk.publish(["a", "b"]);
    await desk.queue.ack(await desk.take());
    const { queue, workOff } = await desk.crash();
    assert.equal(await queue.publish(sampleTask("a")), "duplicate");
    assert.deepEqual(await workOff(), ["b"]);
  }),
  survives("what was held comes back when its lease has run out, as a crash and not as an attempt", async (desk) => {
    await desk.publish("a");
    await desk.take();
    const after = await desk.crash();
    await letLeasesRunOut(after);
    const { task, attempt, crashes } = await after.take();
    assert.deepEqual([task.id, attempt, crashes], ["a", 1, 1]);
  }),
  survives("a task that kills whoever takes it comes with rising crashes", async (first) => {
    await first.publish("a");
    let desk = first;
    for (let crashes = 0; crashes < 4; crashes += 1) {
      const delivery = await desk.take();
      assert.deepEqual([delivery.crashes, delivery.attempt], [crashes, 1]);
      desk = await desk.crash();
      await letLeasesRunOut(desk);
    }
    await desk.queue.deadLetter(await desk.take(), "crash-looping", "five times");
    assert.equal((await desk.queue.findDeadLetter(taskId("a")))?.reason, "crash-looping");
  }),
  survives("attempts go on counting", async (desk) => {
    await desk.publish("a");
    await desk.retry(await desk.take());
    const { take } = await desk.crash();
    assert.equal((await take()).attempt, 2);
  }),
  survives("the head of an order key keeps its place", async (desk) => {
    await desk.publish(["a1", "a2"], { orderKey: "a" });
    await desk.publish("b1");
    await desk.take();
    const after = await desk.crash();
    const early = after.taker();
    assert.deepEqual(idsOf(await early.takeAll()), ["b1"]);
    early.stop(); // else its open question would be answered as soon as the lease has run out, and that lease runs out, too
    await letLeasesRunOut(after);
    const [head] = (await after.takeAll()).filter(({ task }) => task.orderKey === "a");
    assert.equal(head?.task.id, "a1");
    await after.queue.ack(head);
    assert.equal((await after.take()).task.id, "a2");
  }),
  survives("a group stays full as long as the leases of the dead last, and not longer", async (desk) => {
    await desk.publish(["g1", "g2"], { group: "g" });
    await desk.take();
    const after = await desk.crash();
    const early = after.taker();
    assert.equal(await early.tryTake(), undefined);
    early.stop();
    await letLeasesRunOut(after);
    assert.deepEqual([...(await after.workOff())].sort(), ["g1", "g2"]);
  }),
  survives("a delay and the pause before a retry go on", async (desk) => {
    const { clock } = desk;
    await desk.publish("retried");
    await desk.retry(await desk.take(), 400);
    await desk.publish("late", { notBefore: clock.wallNow() + 400 });
    await clock.advance(100);
    const after = await desk.crash();
    assert.equal(await after.tryTake(), undefined);
    assert.equal(after.queue.stats().delayed, 2);
    await clock.advance(500);
    assert.deepEqual([...(await after.workOff())].sort(), ["late", "retried"]);
  }),
  survives("dead letters are kept, with why and since when, and can be retried", async (desk) => {
    await desk.publish(["a", "b"]);
    await desk.queue.deadLetter(await desk.take(), "rejected", "no such customer");
    await desk.queue.deadLetter(await desk.take(), "exhausted", "");
    const { diedAt } = (await desk.queue.findDeadLetter(taskId("a"))) ?? {};
    const { queue, workOff } = await desk.crash();
    assert.deepEqual(idsOf(await queue.listDeadLetters({ offset: 0, limit: 9 })), ["b", "a"]);
    const letter = await queue.findDeadLetter(taskId("a"));
    assert.deepEqual(
      [letter?.task, letter?.reason, letter?.detail, letter?.attempts, letter?.diedAt],
      [sampleTask("a"), "rejected", "no such customer", 1, diedAt],
    );
    await queue.retryDeadLetter(taskId("a"));
    assert.deepEqual(await workOff(), ["a"]);
  }),
  survives("the figures are those of what is stored", async (desk) => {
    await desk.publish(["dead", "held", "waits"]);
    await desk.publish("late", { notBefore: desk.clock.wallNow() + 500 });
    await desk.queue.deadLetter(await desk.take(), "rejected", "");
    await desk.take();
    const { queue, clock } = await desk.crash();
    await clock.advance(0);
    const { waiting, delayed, leased, dead } = queue.stats();
    assert.deepEqual({ waiting, delayed, leased, dead }, { waiting: 1, delayed: 1, leased: 1, dead: 1 });
  }),
  survives(
    "a full queue is still full",
    async (desk) => {
      await desk.publish(["a", "b"]);
      const after = await desk.crash();
      assert.equal(await after.queue.tryPublish(sampleTask("c")), "full");
      await after.queue.ack(await after.take());
      assert.equal(await after.queue.tryPublish(sampleTask("c")), "stored");
    },
    { settings: { capacity: 2 } },
  ),
];

function survives(name: string, check: (desk: QueueDesk) => Promise<void>, options: Options = {}): TaskQueuePromise {
  return queuePromise(`after a crash: ${name}`, check, { ...options, needs: ["survives-crash", ...everything] });
}

/** Whoever comes after the holder may count the lease from when it first saw it. */
async function letLeasesRunOut({ clock, settings }: QueueDesk): Promise<void> {
  await clock.advance(2 * settings.leaseMs + 500);
}
