import { expect, test } from "vitest";
import { TaskAbortedError } from "../../../src/app_runtime/contracts/task_errors.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { HandHeld, openPool } from "./open_pool.ts";

const limits = { timeoutMs: 1_000, graceMs: 200 };

test("a handler that runs too long is told to stop, and its attempt has failed", async () => {
  const handler = new HandHeld();
  const { publish, clock, start, of } = await openPool({ handle: handler.handle, definition: { limits } });
  await start();
  await publish("a");
  await clock.advance(999);
  expect(handler.run.context.signal.aborted).toBe(false);
  await clock.advance(1);
  const { reason } = handler.run.context.signal;
  expect(reason).toBeInstanceOf(TaskAbortedError);
  expect(reason).toMatchObject({ reason: "timeout" });
  handler.run.fail(reason);
  await settlePromises();
  expect(of("task.retried")).toMatchObject([{ attempt: 1 }]);
  expect(of("task.abandoned")).toEqual([]);
});

test("a handler that finishes within its grace is done after all", async () => {
  const handler = new HandHeld();
  const { publish, queue, clock, start } = await openPool({ handle: handler.handle, definition: { limits } });
  await start();
  await publish("a");
  await clock.advance(1_100);
  handler.run.answer(done);
  await settlePromises();
  expect(queue.stats()).toMatchObject({ acked: 1, retried: 0 });
});

test("a handler that ignores its signal is left behind, and its slot goes to the next task", async () => {
  const handler = new HandHeld();
  const { publish, queue, clock, start, of, pool } = await openPool({ handle: handler.handle, definition: { limits } });
  await start();
  await publish(["a", "b"]);
  const [deaf] = handler.runs;
  await clock.advance(1_200);
  expect(of("task.abandoned")).toMatchObject([{ taskId: "a", heldForMs: 1_200 }]);
  expect(handler.run.id).toBe("b");
  expect(pool.counts.abandoned).toBe(1);
  expect(deaf?.context.unitOfWork.open).toBe(false);
  deaf?.answer(done);
  await settlePromises();
  expect(queue.stats()).toMatchObject({ acked: 0, retried: 1 });
});

test("each run has its own limit, also when others end in between", async () => {
  const handler = new HandHeld();
  const { publish, clock, start, of } = await openPool({
    handle: handler.handle,
    concurrency: 3,
    definition: { limits },
  });
  await start();
  await publish("a");
  await clock.advance(400);
  await publish("b");
  await clock.advance(400);
  await publish("c");
  handler.runs[0]?.answer(done);
  await clock.advance(599);
  expect(of("task.aborted")).toEqual([]);
  await clock.advance(1);
  expect(of("task.aborted").map((event) => event.taskId)).toEqual(["b"]);
  await clock.advance(400);
  expect(of("task.aborted").map((event) => event.taskId)).toEqual(["b", "c"]);
});

test("draining waits for what is in flight and takes nothing new", async () => {
  const handler = new HandHeld();
  const { publish, queue, start, pool } = await openPool({ handle: handler.handle });
  await start();
  await publish(["a", "b"]);
  pool.stopIntake();
  let drained = false;
  const draining = pool.drained().then(() => {
    drained = true;
  });
  await settlePromises();
  expect(drained).toBe(false);
  handler.run.answer(done);
  await draining;
  await pool.stopped();
  expect([handler.runs.length, queue.stats().waiting]).toEqual([1, 1]);
});

test("abortAll tells every handler, and what comes back is requeued without burning an attempt", async () => {
  const handler = new HandHeld();
  const { publish, queue, start, pool, of } = await openPool({ handle: handler.handle, concurrency: 2 });
  await start();
  await publish(["a", "b", "c"]);
  pool.stopIntake();
  pool.abortAll();
  expect(handler.runs.map(({ context }) => context.signal.reason.reason)).toEqual(["shutdown", "shutdown"]);
  handler.runs[0]?.fail(handler.runs[0].context.signal.reason);
  handler.runs[1]?.answer(done);
  await pool.stopped();
  expect(of("task.requeued")).toMatchObject([{ taskId: "a", reason: "shutdown" }]);
  expect(queue.stats()).toMatchObject({ waiting: 2, leased: 0, acked: 1, retried: 0 });
});

test("abandonAll puts everything back at once, over the heads of handlers that do not stop", async () => {
  const handler = new HandHeld();
  const { publish, queue, start, pool, of } = await openPool({ handle: handler.handle, concurrency: 2 });
  await start();
  await publish(["a", "b"]);
  pool.stopIntake();
  pool.abandonAll();
  await pool.stopped();
  expect(of("task.requeued").map((event) => event.taskId)).toEqual(["a", "b"]);
  expect(queue.stats()).toMatchObject({ waiting: 2, leased: 0, retried: 0 });
});
