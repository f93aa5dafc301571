import { expect, test } from "vitest";
import { LeaseFencedError } from "../../../src/app_runtime/contracts/lease.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { HandHeld, openPool } from "./open_pool.ts";

const inbox = { source: "inbox" };

test("the tasks of a source that another runtime works now are told to stop, the others go on", async () => {
  const handler = new HandHeld();
  const { pool, queue, publish, start, of } = await openPool({ handle: handler.handle, concurrency: 2 });
  await start();
  await publish("ours", { source: "folder" });
  await publish("lost", inbox);

  pool.loseSource("inbox");
  await queue.withdraw("inbox");

  const [ours, lost] = handler.runs;
  expect(lost?.context.signal.reason).toMatchObject({ reason: "source-lost" });
  expect(lost?.context.unitOfWork.open).toBe(false);
  expect(ours?.context.signal.aborted).toBe(false);
  for (const run of handler.runs) run.answer(done);
  await settlePromises();
  expect(of("task.done").map(({ taskId }) => taskId)).toEqual(["ours"]);
  expect(of("task.record_failed")).toEqual([]);
  expect([pool.counts.failed, pool.streak]).toEqual([0, undefined]);
  expect(queue.stats()).toMatchObject({ acked: 1, leased: 0, waiting: 0, delayed: 0 });
});

test("a handler that is deaf to it is left behind after its grace, and nothing of it is recorded", async () => {
  const handler = new HandHeld();
  const { pool, queue, publish, start, clock, of } = await openPool({ handle: handler.handle });
  await start();
  await publish("lost", inbox);

  pool.loseSource("inbox");
  await queue.withdraw("inbox");
  await clock.advance(1_000);

  expect(of("task.abandoned")).toHaveLength(1);
  await publish("next");
  expect(handler.run.id).toBe("next");
  handler.run.answer(done);
  await settlePromises();
  expect([of("task.retried").length, of("task.dead_lettered").length]).toEqual([0, 0]);
});

test("a commit that the database refuses to one who was overtaken is neither a failure nor an outage", async () => {
  const handler = new HandHeld();
  const { publish, start, of, outages } = await openPool({ handle: handler.handle });
  await start();
  await publish("lost", inbox);

  handler.run.fail(new LeaseFencedError("the source of task lost"));
  await settlePromises();

  expect(
    ["task.retried", "task.requeued", "task.dead_lettered", "task.done"].flatMap((kind) => of(kind as never)),
  ).toEqual([]);
  expect(outages).toEqual([]);
});
