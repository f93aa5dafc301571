import assert from "node:assert/strict";
import type { LeasedDelivery } from "../../contracts/delivery.ts";
import { LeaseLostError } from "../../contracts/task_queue.ts";
import { sampleTask, taskId } from "../sample_task.ts";
import { SeededRandom } from "../seeded_random.ts";
import { idsOf, pending, type QueueDesk, queuePromise, standing } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

type Options = NonNullable<Parameters<typeof queuePromise>[2]>;

/** What is shared is shared with all it has; a queue that has less would need cases of its own. */
const everything = ["shared-by-processes", "order-key", "group-limit", "delay", "deduplication"] as const;

/** How long one process may need to see what another did. */
const noticeMs = 600;

/** What several node processes of one queue owe each other. */
export const sharingPromises: readonly TaskQueuePromise[] = [
  shared("the tasks are shared out, each handed to one", async (one, two) => {
    await one.publish(["a", "b", "c", "d", "e"]);
    await two.publish("f");
    await notice(one);
    const taken: string[] = [];
    for (let round = 0; round < 3; round += 1) {
      for (const desk of [one, two]) taken.push((await desk.take()).task.id);
    }
    assert.deepEqual(taken.sort(), ["a", "b", "c", "d", "e", "f"]);
    await notice(one);
    assert.deepEqual([await one.tryTake(), await two.tryTake()], [undefined, undefined]);
  }),
  shared("who waits in one is handed what is published in another", async (one, two) => {
    await two.ask();
    await one.publish("a");
    await notice(one);
    assert.equal((await two.take()).task.id, "a");
  }),
  shared("a task published in both is one", async (one, two) => {
    await one.publish("a");
    assert.equal(await two.queue.publish(sampleTask("a")), "duplicate");
    assert.deepEqual(await two.workOff(), ["a"]);
    assert.equal(await one.queue.publish(sampleTask("a")), "duplicate");
  }),
  shared("a lease that is renewed in one is not taken by another, however long it lasts", async (one, two) => {
    await one.publish("a");
    const held = await one.take();
    await two.ask();
    for (let step = 0; step < 8; step += 1) {
      await one.clock.advance(500);
      assert.deepEqual(await one.queue.renew([held]), []);
    }
    assert.equal(await two.tryTake(), undefined);
    await one.queue.ack(held);
  }),
  shared("a task of one that was killed is taken over by another that waits", async (one, two) => {
    await one.publish("a");
    await one.take();
    await two.ask();
    await notice(one);
    await one.crash();
    await one.clock.advance(one.settings.leaseMs - noticeMs - 100);
    assert.equal(await two.tryTake(), undefined, "before the lease had run out");
    await letLeasesRunOut(one);
    const { task, attempt, crashes } = await two.take();
    assert.deepEqual([task.id, attempt, crashes], ["a", 1, 1]);
  }),
  ...(["ack", "nack", "deadLetter"] as const).map((verb) =>
    shared(`${verb} by one that has lost the lease to another is refused`, async (one, two) => {
      await one.publish("a");
      const lost = await one.take();
      await letLeasesRunOut(one);
      const current = await two.take();
      await assert.rejects(settle[verb](one, lost), LeaseLostError);
      assert.deepEqual(await one.queue.renew([lost]), [lost]);
      await two.queue.ack(current);
      assert.equal(await two.queue.publish(sampleTask("a")), "duplicate");
    }),
  ),
  shared(
    "a publisher that waits in one is let in by an ack in another",
    async (one, two) => {
      await one.publish("a");
      const waits = pending(one.queue.publish(sampleTask("b")));
      assert.equal(await standing(one.clock, waits), "waiting");
      assert.equal(await two.queue.tryPublish(sampleTask("c")), "full");
      await two.queue.ack(await two.take());
      await notice(one);
      assert.equal(await waits, "stored");
    },
    { settings: { capacity: 1 } },
  ),
  shared(
    "the rate limit holds for all together",
    async (one, two) => {
      const ids = Array.from({ length: 10 }, (_, n) => `t${n}`);
      await one.publish(ids);
      const handedOutAt: number[] = [];
      const takers = new Set<QueueDesk>();
      for (let step = 0; step < 200 && handedOutAt.length < ids.length; step += 1) {
        for (const desk of step % 2 === 0 ? [one, two] : [two, one]) {
          const next = await desk.tryTake();
          if (next === undefined) continue;
          handedOutAt.push(desk.queue.stats().lastPickupAt ?? 0);
          takers.add(desk);
          await desk.queue.ack(next);
        }
        await one.clock.advance(30);
      }
      assert.deepEqual([handedOutAt.length, takers.size], [ids.length, 2]);
      for (const [n, at] of handedOutAt.entries()) {
        const third = handedOutAt[n + 3];
        if (third !== undefined) assert.ok(third - at >= 100, `4 hand-outs within ${third - at} ms`);
      }
    },
    { settings: { rateLimit: { tasks: 3, perMs: 100 } }, alsoNeeds: ["rate-limit"] },
  ),
  shared("a group runs once among all", async (one, two) => {
    await one.publish(["g1", "g2"], { group: "g" });
    const held = await one.take();
    assert.equal(await two.tryTake(), undefined);
    await one.queue.ack(held);
    await notice(one);
    assert.equal((await two.take()).task.id, "g2");
  }),
  shared("an order key runs in its order among all, also across retries", async (one, two) => {
    await one.publish(["k1", "k2"], { orderKey: "k" });
    const head = await one.take();
    assert.equal(await two.tryTake(), undefined);
    await one.retry(head);
    await notice(one);
    const again = await two.take();
    assert.deepEqual([again.task.id, again.attempt], ["k1", 2]);
    assert.equal(await one.tryTake(), undefined);
    await two.queue.ack(again);
    await notice(one);
    assert.equal((await one.take()).task.id, "k2");
  }),
  shared("a source that one withdraws is gone for all", async (one, two) => {
    await one.publish(["held", "waits"], { source: "lost" });
    await one.publish("kept", { source: "kept" });
    const held = await two.take();
    await one.queue.withdraw("lost");
    await assert.rejects(two.queue.ack(held), LeaseLostError);
    assert.deepEqual(idsOf(await one.takeAll()), ["kept"]);
  }),
  shared("a dead letter of one can be seen and retried in another", async (one, two) => {
    await one.publish("a");
    await one.queue.deadLetter(await one.take(), "rejected", "no such customer");
    assert.equal((await two.queue.findDeadLetter(taskId("a")))?.detail, "no such customer");
    await two.queue.retryDeadLetter(taskId("a"));
    await notice(one);
    assert.equal(await one.queue.findDeadLetter(taskId("a")), undefined);
    assert.deepEqual(idsOf([...(await one.takeAll()), ...(await two.takeAll())]), ["a"]);
  }),
  ...[1, 2, 3].map((seed) =>
    shared(
      `through random work in both each task is finished once, keys in order (seed ${seed})`,
      (one, two) => workAtRandom([one, two], new SeededRandom(seed)),
      { settings: { leaseMs: 10_000 } },
    ),
  ),
  shared("each sees within a second what the others did", async (one, two) => {
    await one.publish(["a", "b"]);
    await one.take();
    await one.clock.advance(1_000);
    const { waiting, leased } = two.queue.stats();
    // The lease ends at about this moment: what is sure is that both are known.
    assert.equal(waiting + leased, 2);
  }),
];

interface Held {
  readonly desk: QueueDesk;
  readonly delivery: LeasedDelivery;
}

/** Publishes, takes, acks and gives back in one process or the other until everything is finished. */
async function workAtRandom(desks: readonly QueueDesk[], random: SeededRandom): Promise<void> {
  const keys = ["k0", "k1", "k2", undefined];
  const published: string[] = [];
  const finished: { readonly id: string; readonly key: string | undefined }[] = [];
  const held: Held[] = [];
  for (let step = 0; published.length < 40 || finished.length < published.length; step += 1) {
    assert.ok(step < 2_000, `${published.length - finished.length} tasks never come`);
    const desk = random.pick(desks) as QueueDesk;
    const dice = random.below(10);
    if (dice < 3 && published.length < 40) {
      const orderKey = random.pick(keys);
      const id = `t${String(published.length).padStart(2, "0")}`;
      published.push(id);
      await desk.publish(id, orderKey === undefined ? {} : { orderKey });
    } else if (dice < 6) {
      const delivery = await desk.tryTake();
      if (delivery !== undefined) held.push({ desk, delivery });
      const heldKeys = held.flatMap(({ delivery: { task } }) => task.orderKey ?? []);
      assert.equal(new Set(heldKeys).size, heldKeys.length, `two tasks of one key are held: ${heldKeys}`);
    } else if (dice < 9) {
      const [settled] = held.splice(random.below(held.length), 1);
      if (settled === undefined) continue;
      if (random.chance(0.3)) await settled.desk.retry(settled.delivery);
      else {
        await settled.desk.queue.ack(settled.delivery);
        const { id, orderKey: key } = settled.delivery.task;
        finished.push({ id, key });
      }
    } else await noticeAndRenew(desks, held);
  }
  assert.deepEqual(finished.map(({ id }) => id).sort(), published);
  for (const key of keys.slice(0, 3)) {
    const order = finished.filter((task) => task.key === key).map(({ id }) => id);
    assert.deepEqual(order, order.toSorted(), `the order of ${key}`);
  }
}

/** A desk that asked in vain earlier may be handed something meanwhile; it is renewed with the next. */
async function noticeAndRenew(desks: readonly QueueDesk[], held: Held[]): Promise<void> {
  for (const desk of desks) {
    await desk.clock.advance(noticeMs / 2);
    if (desk.isAsking) {
      const delivery = await desk.tryTake();
      if (delivery !== undefined) held.push({ desk, delivery });
    }
    for (const each of held) assert.deepEqual(await each.desk.queue.renew([each.delivery]), []);
  }
}

const settle = {
  ack: ({ queue }: QueueDesk, delivery: LeasedDelivery) => queue.ack(delivery),
  nack: ({ queue }: QueueDesk, delivery: LeasedDelivery) =>
    queue.nack(delivery, { retryDelayMs: 0, burnAttempt: true, reason: "" }),
  deadLetter: ({ queue }: QueueDesk, delivery: LeasedDelivery) => queue.deadLetter(delivery, "rejected", ""),
};

function shared(
  name: string,
  check: (one: QueueDesk, two: QueueDesk) => Promise<void>,
  options: Options & { readonly alsoNeeds?: Options["needs"] } = {},
): TaskQueuePromise {
  const { alsoNeeds = [], ...others } = options;
  const run = async (one: QueueDesk) => check(one, await one.another());
  return queuePromise(`among processes: ${name}`, run, { ...others, needs: [...everything, ...alsoNeeds] });
}

async function notice({ clock }: QueueDesk): Promise<void> {
  await clock.advance(noticeMs);
}

/** Whoever comes after the holder may count the lease from when it first saw it. */
async function letLeasesRunOut({ clock, settings }: QueueDesk): Promise<void> {
  await clock.advance(2 * settings.leaseMs + noticeMs);
}
