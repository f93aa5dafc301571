import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { RuntimeError } from "../../../src/app_runtime/base/runtime_error.ts";
import { TaskAbortedError } from "../../../src/app_runtime/contracts/task_errors.ts";
import { done, type Outcome, reject, retry } from "../../../src/app_runtime/contracts/task_handler.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { taskId } from "../../../src/app_runtime/testing/sample_task.ts";
import { HandHeld, openPool } from "./open_pool.ts";

class BadAddressError extends RuntimeError {
  readonly code = "BAD_ADDRESS";
  override readonly failureClass = "permanent";
}

test("a task that is done is finished", async () => {
  const { publish, queue, start, of } = await openPool({ handle: () => done });
  await start();
  await publish(["a", "b"]);
  expect(queue.stats()).toMatchObject({ acked: 2, leased: 0, waiting: 0 });
  expect(of("task.done").map((event) => event.taskId)).toEqual(["a", "b"]);
  expect(of("task.done")[0]?.traceId).toMatch(/^[0-9a-f]{32}$/);
});

test("a handler that asks for a retry gets the task again, after the policy's pause", async () => {
  const attempts: number[] = [];
  const { publish, clock, start, of } = await openPool({
    handle: (_task, { delivery }) => {
      attempts.push(delivery.attempt);
      return delivery.attempt < 3 ? retry("not yet") : done;
    },
  });
  await start();
  await publish("a");
  expect(attempts).toEqual([1]);
  await clock.advance(100);
  expect(attempts).toEqual([1, 2]);
  await clock.advance(199);
  expect(attempts).toEqual([1, 2]);
  await clock.advance(1);
  expect(attempts).toEqual([1, 2, 3]);
  expect(of("task.retried").map(({ attempt, delayMs, reason }) => [attempt, delayMs, reason])).toEqual([
    [1, 100, "not yet"],
    [2, 200, "not yet"],
  ]);
});

test("the pause a handler asks for goes before the policy's", async () => {
  const handler = new HandHeld();
  const { publish, clock, start } = await openPool({ handle: handler.handle });
  await start();
  await publish("a");
  handler.run.answer(retry("come back later", 5_000));
  await clock.advance(4_999);
  expect(handler.runs).toHaveLength(1);
  await clock.advance(1);
  expect(handler.runs).toHaveLength(2);
});

test("a throw is a retry, and the last attempt's throw is a dead letter that says so", async () => {
  const { publish, queue, clock, start, of } = await openPool({
    handle: () => {
      throw new Error("no catalogue");
    },
  });
  await start();
  await publish("a");
  await clock.advance(1_000);
  const letter = await queue.findDeadLetter(taskId("a"));
  expect(letter).toMatchObject({ reason: "exhausted", attempts: 3 });
  expect(letter?.detail).toBe("3 attempts failed; the last one: no catalogue");
  expect(of("task.dead_lettered")).toHaveLength(1);
});

test("a reject and an error of the permanent class are dead letters at once", async () => {
  const { publish, queue, start } = await openPool({
    handle: async (task) => {
      if (task.id === "a") return reject("no such customer");
      throw new BadAddressError("the address cannot exist");
    },
  });
  await start();
  await publish(["a", "b"]);
  const letters = await queue.listDeadLetters({ offset: 0, limit: 9 });
  expect(letters.map(({ task, reason, detail, attempts }) => [task.id, reason, detail, attempts])).toEqual([
    ["b", "rejected", "the address cannot exist", 1],
    ["a", "rejected", "no such customer", 1],
  ]);
});

test.each([undefined, null, "done", { kind: "finished" }])(
  "an answer that is none (%j) is a failed attempt that names the mistake",
  async (answer) => {
    const { publish, queue, start, clock } = await openPool({ handle: () => answer as unknown as Outcome });
    await start();
    await publish("a");
    await clock.advance(1_000);
    expect((await queue.findDeadLetter(taskId("a")))?.detail).toContain("done, retry or reject");
  },
);

test("a handler may answer by a promise of another realm", async () => {
  const foreign = (): Promise<Outcome> => runInNewContext("Promise.resolve({ kind: 'done' })");
  expect(foreign()).not.toBeInstanceOf(Promise);
  const { publish, queue, start } = await openPool({ handle: foreign });
  await start();
  await publish("a");
  expect(queue.stats().acked).toBe(1);
});

test("as many tasks run at once as there are workers, never more", async () => {
  const handler = new HandHeld();
  const { publish, queue, start, pool } = await openPool({ handle: handler.handle, concurrency: 3 });
  await start();
  await publish(["a", "b", "c", "d", "e"]);
  expect(handler.runs.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect([queue.stats().leased, pool.inFlight]).toEqual([3, 3]);
  handler.runs[1]?.answer(done);
  await settlePromises();
  expect(handler.runs.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
  for (const run of handler.runs) run.answer(done);
  await settlePromises();
  handler.run.answer(done);
  await settlePromises();
  expect(queue.stats()).toMatchObject({ acked: 5, leased: 0 });
});

test("a follow-up that waits for room is called off with its task", async () => {
  const stuck = (_queue: string, _draft: unknown, _trace: unknown, signal: AbortSignal) =>
    new Promise<never>((_resolve, fail) => {
      signal.addEventListener("abort", () => fail(signal.reason));
    });
  const thrown: unknown[] = [];
  const { publish, clock, start, of } = await openPool({
    handle: async (_task, context) => {
      try {
        await context.publish("full", { id: "b", kind: "next", payload: null });
      } catch (error) {
        thrown.push(error);
        throw error;
      }
      return done;
    },
    outlet: { publish: stuck },
    definition: { limits: { timeoutMs: 1_000, graceMs: 500 } },
  });
  await start();
  await publish("a");
  await clock.advance(1_000);
  expect(thrown).toEqual([expect.any(TaskAbortedError)]);
  expect([of("task.abandoned").length, of("task.retried").length]).toEqual([0, 1]);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1])(
  "a retry after %s milliseconds is an answer like none, and holds up nobody",
  async (delayMs) => {
    const { publish, clock, start, of } = await openPool({
      handle: (_task, { delivery }) => (delivery.attempt === 1 ? retry("later", delayMs) : done),
    });
    await start();
    await publish(["a", "b"]);
    expect(of("task.retried").map((event) => event.reason)).toEqual([
      expect.stringContaining("a delay is a number of milliseconds"),
      expect.stringContaining("a delay is a number of milliseconds"),
    ]);
    await clock.advance(100);
    expect(of("task.done").map((event) => event.taskId)).toEqual(["a", "b"]);
  },
);
