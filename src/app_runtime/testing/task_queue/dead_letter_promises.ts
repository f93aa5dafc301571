import assert from "node:assert/strict";
import { DeadLetterUnknownError } from "../../contracts/dead_letter.ts";
import { sampleTask, taskId } from "../sample_task.ts";
import { idsOf, type QueueDesk, queuePromise } from "./queue_desk.ts";
import type { TaskQueuePromise } from "./queue_under_test.ts";

/** What was given up is kept until somebody decides. */
export const deadLetterPromises: readonly TaskQueuePromise[] = [
  queuePromise(
    "a dead letter says what it was, why, in whose words, after how many attempts and when",
    async (desk) => {
      const { queue, publish, take, retry, clock } = desk;
      await publish("a");
      await retry(await take());
      await queue.deadLetter(await take(), "exhausted", "the catalogue is not there");
      const letter = await queue.findDeadLetter(taskId("a"));
      assert.ok(letter !== undefined);
      const { task, reason, detail, attempts, diedAt } = letter;
      assert.deepEqual(
        { task, reason, detail, attempts },
        {
          task: sampleTask("a"),
          reason: "exhausted",
          detail: "the catalogue is not there",
          attempts: 2,
        },
      );
      assert.ok(Math.abs(diedAt - clock.wallNow()) < 1_000);
      assert.equal(await desk.tryTake(), undefined);
    },
  ),
  queuePromise("dead letters are listed newest first, page by page", async (desk) => {
    await bury(desk, ["a", "b", "c", "d"]);
    const page = async (offset: number, limit: number) => idsOf(await desk.queue.listDeadLetters({ offset, limit }));
    assert.deepEqual(await page(0, 10), ["d", "c", "b", "a"]);
    assert.deepEqual(await page(0, 2), ["d", "c"]);
    assert.deepEqual(await page(2, 2), ["b", "a"]);
    assert.deepEqual(await page(4, 2), []);
    assert.equal(desk.queue.stats().dead, 4);
  }),
  queuePromise("a letter that is retried runs again as attempt 1", async (desk) => {
    const { queue, publish, take, retry } = desk;
    await publish("a");
    await retry(await take());
    await queue.deadLetter(await take(), "exhausted", "");
    await queue.retryDeadLetter(taskId("a"));
    assert.deepEqual([queue.stats().dead, queue.stats().waiting], [0, 1]);
    const again = await take();
    assert.deepEqual([again.task.id, again.attempt, again.crashes], ["a", 1, 0]);
    await queue.ack(again);
    assert.deepEqual(await desk.workOff(), []);
  }),
  queuePromise(
    "a retried letter finds room in a full queue",
    async (desk) => {
      await bury(desk, ["a"]);
      await desk.publish("b");
      await desk.queue.retryDeadLetter(taskId("a"));
      assert.deepEqual([...(await desk.workOff())].sort(), ["a", "b"]);
    },
    { settings: { capacity: 1 } },
  ),
  queuePromise(
    "a discarded letter is gone, and a late duplicate of it is not run",
    async (desk) => {
      await bury(desk, ["a"]);
      await desk.queue.discardDeadLetter(taskId("a"));
      assert.equal(await desk.queue.findDeadLetter(taskId("a")), undefined);
      assert.equal(desk.queue.stats().dead, 0);
      assert.equal(await desk.queue.publish(sampleTask("a")), "duplicate");
    },
    { needs: ["deduplication"] },
  ),
  queuePromise("a letter that is not there can be neither retried nor discarded", async (desk) => {
    const { queue } = desk;
    await bury(desk, ["a", "b"]);
    await queue.retryDeadLetter(taskId("a"));
    await queue.discardDeadLetter(taskId("b"));
    for (const id of ["a", "b", "nobody"]) {
      await assert.rejects(queue.retryDeadLetter(taskId(id)), DeadLetterUnknownError);
      await assert.rejects(queue.discardDeadLetter(taskId(id)), DeadLetterUnknownError);
    }
  }),
  queuePromise("a task that dies again is the newest letter", async (desk) => {
    await bury(desk, ["a", "b"]);
    await desk.queue.retryDeadLetter(taskId("a"));
    await desk.queue.deadLetter(await desk.take(), "rejected", "again");
    assert.deepEqual(idsOf(await desk.queue.listDeadLetters({ offset: 0, limit: 9 })), ["a", "b"]);
  }),
  queuePromise(
    "beyond the limit the oldest letter is dropped, and that is said",
    async (desk) => {
      await bury(desk, ["a", "b", "c"]);
      assert.deepEqual(idsOf(await desk.queue.listDeadLetters({ offset: 0, limit: 9 })), ["c", "b"]);
      const dropped = desk.events.filter((event) => event.kind === "dead_letter.dropped");
      assert.deepEqual(dropped, [
        { kind: "dead_letter.dropped", unit: `queue:${desk.queue.name}`, taskId: "a", limit: 2 },
      ]);
      assert.equal(desk.queue.stats().dead, 2);
    },
    { settings: { maxDeadLetters: 2 } },
  ),
];

async function bury({ publish, take, queue }: QueueDesk, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await publish(id);
    await queue.deadLetter(await take(), "rejected", "");
  }
}
