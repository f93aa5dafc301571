import assert from "node:assert/strict";
import { idsOf, queuePromise } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

/** Consumers: nobody is handed what he did not ask for, and a consumer that goes leaves its tasks to the others. */
export const consumerPromises: readonly TaskQueuePromise[] = [
  queuePromise("nothing is handed out before somebody asks", async ({ queue, clock, publish, taker }) => {
    taker();
    await publish(["a", "b"]);
    await clock.advance(0);
    assert.deepEqual([queue.stats().waiting, queue.stats().leased], [2, 0]);
  }),
  queuePromise("who waits gets the next task as soon as it is there", async ({ ask, publish, take }) => {
    await ask();
    await publish("a");
    assert.equal((await take()).task.id, "a");
  }),
  queuePromise("several consumers share the tasks, each handed to one", async ({ publish, taker, queue }) => {
    const takers = [taker(), taker(), taker()];
    await publish(["a", "b", "c", "d", "e", "f"]);
    const taken: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      for (const each of takers) taken.push((await each.take()).task.id);
    }
    assert.deepEqual(taken, ["a", "b", "c", "d", "e", "f"]);
    assert.equal(queue.stats().leased, 6);
  }),
  queuePromise("a consumer that stops ends, and leaves the tasks to the others", async (desk) => {
    const { publish, taker, clock } = desk;
    const leaving = taker();
    await leaving.ask();
    leaving.stop();
    assert.ok(await leaving.hasEnded());
    await publish("a");
    await clock.advance(0);
    assert.equal((await desk.take()).task.id, "a");
  }),
  queuePromise("a consumer that stopped may still settle what it holds", async ({ queue, publish, taker, tryTake }) => {
    const leaving = taker();
    await publish("a");
    const held = await leaving.take();
    leaving.stop();
    assert.ok(await leaving.hasEnded());
    assert.equal(await tryTake(), undefined);
    await queue.ack(held);
    assert.equal(queue.stats().acked, 1);
  }),
  queuePromise("a signal that was aborted before consumes nothing", async ({ queue, publish }) => {
    await publish("a");
    const deliveries = queue.consume({ signal: AbortSignal.abort(), concurrency: 1 });
    assert.equal((await deliveries.next()).done, true);
    assert.equal(queue.stats().waiting, 1);
  }),
  queuePromise("leaving a loop over the deliveries ends its consumer", async ({ queue, publish, take }) => {
    await publish(["a", "b"]);
    for await (const delivery of queue.consume({ signal: new AbortController().signal, concurrency: 1 })) {
      await queue.ack(delivery);
      break;
    }
    assert.equal((await take()).task.id, "b");
  }),
  queuePromise("close ends every consumer, those that wait and those that ask later", async (desk) => {
    const other = desk.taker();
    await desk.ask();
    await other.ask();
    await desk.queue.close();
    assert.deepEqual([await desk.hasEnded(), await other.hasEnded()], [true, true]);
    const late = desk.queue.consume({ signal: new AbortController().signal, concurrency: 1 });
    assert.equal((await late.next()).done, true);
  }),
  queuePromise("a paused queue hands out nothing, but takes tasks and settlements", async (desk) => {
    const { queue, publish, take, tryTake, clock } = desk;
    await publish(["a", "b"]);
    const held = await take();
    await desk.ask();
    await queue.ack(await take());
    await queue.pause();
    await queue.pause();
    await publish("c");
    await queue.ack(held);
    await clock.advance(100);
    assert.equal(await tryTake(), undefined);
    assert.equal(queue.stats().paused, true);
    await queue.resume();
    assert.equal((await take()).task.id, "c");
    assert.equal(queue.stats().paused, false);
  }),
  queuePromise(
    "what becomes due during a pause is handed out at its end",
    async ({ queue, publish, takeAll, clock, ask }) => {
      await publish(["a", "b"], { notBefore: clock.wallNow() + 100 });
      await ask();
      await queue.pause();
      await clock.advance(300);
      assert.deepEqual(idsOf(await takeAll()), []);
      await queue.resume();
      assert.deepEqual([...idsOf(await takeAll())].sort(), ["a", "b"]);
    },
    { needs: ["delay"] },
  ),
];
