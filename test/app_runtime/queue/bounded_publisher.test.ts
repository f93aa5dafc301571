import { expect, onTestFinished, test } from "vitest";
import { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import type { RuntimeEvent } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { RuntimeEventChannel } from "../../../src/app_runtime/core/runtime_event_channel.ts";
import { BoundedPublisher } from "../../../src/app_runtime/queue/api.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { TraceService } from "../../../src/app_runtime/tracing/api.ts";

function openPublisher() {
  const clock = new ManualClock();
  const events = new RuntimeEventChannel(clock);
  const said: RuntimeEvent[] = [];
  events.subscribe((event) => void said.push(event));
  const settings = { capacity: 2, leaseMs: 1_000, groupLimit: 1, rememberFinished: 100, maxDeadLetters: 2 };
  const queue = new MemoryQueue({ name: "orders", settings, clock, events });
  onTestFinished(() => queue.close());
  const traces = new TraceService({ propagation: "parent", configVersion: () => "7" });
  const publisher = new BoundedPublisher({ source: "inbox", target: queue, traces, events, configVersion: () => "7" });
  return { publisher, queue, said };
}

test("a draft becomes a task with its source, its trace and the config version", () => {
  const { publisher } = openPublisher();
  const parent = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
  const task = publisher.prepare({ id: "a", kind: "order", payload: 1, orderKey: "k", notBefore: 5 }, parent);
  expect(task).toMatchObject({
    id: "a",
    kind: "order",
    schemaVersion: 1,
    payload: 1,
    orderKey: "k",
    notBefore: 5,
    priority: 0,
    source: "inbox",
    configVersion: "7",
  });
  expect(task.carrier.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
  expect(Object.keys(task)).not.toContain("group");
});

test("what was published is said, with its result", async () => {
  const { publisher, said } = openPublisher();
  const task = publisher.prepare({ id: "a", kind: "order", payload: 1 });
  await publisher.publish(task);
  await publisher.publish(task);
  expect(
    said.map((event) => (event.kind === "task.published" ? [event.unit, event.taskId, event.result] : [])),
  ).toEqual([
    ["source:inbox", "a", "stored"],
    ["source:inbox", "a", "duplicate"],
  ]);
});

test("room is what the queue takes without waiting, never less than none", async () => {
  const { publisher } = openPublisher();
  expect([publisher.queue, publisher.room()]).toEqual(["orders", 2]);
  for (const id of ["a", "b"]) await publisher.publish(publisher.prepare({ id, kind: "order", payload: 1 }));
  expect(publisher.room()).toBe(0);
  const patience = new AbortController();
  const third = publisher.publish(publisher.prepare({ id: "c", kind: "order", payload: 1 }), {
    signal: patience.signal,
  });
  patience.abort(new Error("no patience"));
  await expect(third).rejects.toThrow("no patience");
});
