import { expect, onTestFinished, test } from "vitest";
import { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { RuntimeEventChannel } from "../../../src/app_runtime/core/runtime_event_channel.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { sampleTask } from "../../../src/app_runtime/testing/sample_task.ts";
import { TraceService } from "../../../src/app_runtime/tracing/api.ts";
import { WorkerSupervisor } from "../../../src/app_runtime/workers/api.ts";
import { HandHeld } from "./open_pool.ts";
import { outletOf } from "./outlet.ts";

/** A supervisor with one pool, "orders", that nobody has started yet. */
function openSupervisor(options: { readonly timeoutMs?: number } = {}) {
  const clock = new ManualClock();
  const events = new RuntimeEventChannel(clock);
  const settings = { capacity: 100, leaseMs: 9_000, groupLimit: 1, rememberFinished: 100, maxDeadLetters: 100 };
  const queue = new MemoryQueue({ name: "orders", settings, clock, events });
  const handler = new HandHeld();
  const backoff = { initialDelayMs: 100, maxDelayMs: 1_000, factor: 2, jitter: 0 };
  const supervisor = new WorkerSupervisor({
    clock,
    events,
    traces: new TraceService({ propagation: "parent", configVersion: () => "1" }),
    random: () => 0.5,
    restart: { ...backoff, maxRestarts: 3, withinMs: 60_000, stableAfterMs: 60_000 },
    journal: undefined,
    isJournaled: () => false,
    outlet: outletOf({}),
    onOutage: () => {},
  });
  const definition = {
    name: "orders",
    queue,
    handler,
    concurrency: 2,
    limits: { timeoutMs: options.timeoutMs ?? 60_000, graceMs: 1_000 },
    leaseMs: settings.leaseMs,
    retry: { ...backoff, attempts: 3 },
    maxCrashes: 5,
    required: true,
    takesAhead: false,
  };
  onTestFinished(async () => {
    supervisor.stopIntake();
    supervisor.abandonAll();
    await supervisor.stopped();
    await queue.close();
    expect([supervisor.inFlight, clock.pending]).toEqual([0, 0]);
  });
  const publish = async (...ids: readonly string[]) => {
    for (const id of ids) await queue.publish(sampleTask(id));
    await settlePromises();
  };
  const health = () => supervisor.health("orders")?.check();
  return { supervisor, definition, queue, handler, clock, publish, health };
}

test("a pool that is started paused takes nothing, though tasks wait, until it is resumed", async () => {
  const { supervisor, definition, handler, publish } = openSupervisor();
  await publish("a", "b");
  supervisor.start(definition, { paused: true });
  await settlePromises();
  expect([handler.runs.length, supervisor.find("orders")?.state]).toEqual([0, "paused"]);
  await supervisor.resume("orders");
  await settlePromises();
  expect([handler.runs.length, supervisor.find("orders")?.state]).toEqual([2, "running"]);
});

test("a pause lets what is in flight finish, and takes nothing more", async () => {
  const { supervisor, definition, handler, publish, queue } = openSupervisor();
  supervisor.start(definition);
  await publish("a", "b", "c");
  await supervisor.pause("orders");
  for (const run of handler.runs) run.answer(done);
  await settlePromises();
  expect([queue.stats().acked, queue.stats().waiting, supervisor.inFlight]).toEqual([2, 1, 0]);
});

test("two who resume at once start one pool", async () => {
  const { supervisor, definition, handler, publish } = openSupervisor();
  supervisor.start(definition);
  await supervisor.pause("orders");
  await Promise.all([supervisor.resume("orders"), supervisor.resume("orders")]);
  await publish("a", "b", "c", "d", "e");
  expect(handler.runs).toHaveLength(definition.concurrency);
});

test("a resume that is overtaken by the shutdown starts nothing", async () => {
  const { supervisor, definition, handler, publish } = openSupervisor();
  supervisor.start(definition);
  await publish("a");
  await supervisor.pause("orders");
  const resuming = supervisor.resume("orders");
  supervisor.stopIntake();
  handler.run.answer(done);
  await resuming;
  await publish("b");
  expect(handler.runs.map(({ id }) => id)).toEqual(["a"]);
});

test("a pool that is removed finishes what it holds and leaves the rest", async () => {
  const { supervisor, definition, handler, publish, queue } = openSupervisor();
  supervisor.start(definition);
  await publish("a", "b", "c");
  const removing = supervisor.remove("orders");
  expect(supervisor.find("orders")?.state).toBe("draining");
  for (const run of handler.runs) run.answer(done);
  await removing;
  expect([supervisor.find("orders"), queue.stats().waiting]).toEqual([undefined, 1]);
});

test("status shows who works on what", async () => {
  const { supervisor, definition, publish } = openSupervisor();
  supervisor.start(definition);
  await publish("a");
  expect(supervisor.status()).toMatchObject([
    { name: "orders", queue: "orders", state: "running", concurrency: 2, busy: 1, lost: 0, braking: false },
  ]);
  expect(supervisor.find("orders")?.workers.map(({ state }) => state)).toEqual([
    { kind: "busy", taskId: "a", since: 0 },
    { kind: "idle" },
  ]);
});

test("handlers that may take longer than a minute do not count as hanging before their time", async () => {
  const { supervisor, definition, publish, clock, health } = openSupervisor({ timeoutMs: 300_000 });
  supervisor.start(definition);
  await publish("a", "b", "c");
  await clock.advance(120_000);
  expect(health()?.state).toBe("pass");
});

test("tasks that wait in a paused queue say nothing against its workers", async () => {
  const { supervisor, definition, publish, queue, clock, health } = openSupervisor();
  supervisor.start(definition);
  await queue.pause();
  await publish("a");
  await clock.advance(120_000);
  expect(health()?.state).toBe("pass");
});
