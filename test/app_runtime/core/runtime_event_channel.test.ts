import { expect, test } from "vitest";
import type { RuntimeEvent } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { RuntimeEventChannel } from "../../../src/app_runtime/core/runtime_event_channel.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

function openChannel() {
  const clock = new ManualClock();
  const channel = new RuntimeEventChannel(clock);
  const heard: RuntimeEvent[] = [];
  const say = (taskId: string) =>
    channel.emit({ kind: "task.aborted", unit: "worker:orders", taskId, reason: "timeout" });
  return { clock, channel, heard, say, hear: () => channel.subscribe((event) => void heard.push(event)) };
}

const idsOf = (events: readonly RuntimeEvent[]) =>
  events.map((event) => ("taskId" in event ? event.taskId : event.kind));

test("readers hear every event, numbered without gaps and dated", () => {
  const { clock, heard, say, hear } = openChannel();
  hear();
  say("a");
  say("b");
  expect(heard.map(({ seq, at }) => [seq, at])).toEqual([
    [1, clock.wallNow()],
    [2, clock.wallNow()],
  ]);
});

test("events are numbered also while nobody listens", () => {
  const { heard, say, hear } = openChannel();
  say("a");
  hear();
  say("b");
  expect(heard.map(({ seq }) => seq)).toEqual([2]);
});

test("a reader that leaves hears no more, the same function subscribed twice leaves once", () => {
  const { channel, say } = openChannel();
  let calls = 0;
  const reader = () => {
    calls += 1;
  };
  const first = channel.subscribe(reader);
  channel.subscribe(reader);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  say("a");
  expect(calls).toBe(1);
});

test("what a reader says is heard by all after what it said it about", () => {
  const { channel, heard, say, hear } = openChannel();
  channel.subscribe((event) => {
    if ("taskId" in event && event.taskId === "a") say("echo");
  });
  hear();
  say("a");
  expect(idsOf(heard)).toEqual(["a", "echo"]);
  expect(heard.map(({ seq }) => seq)).toEqual([1, 2]);
});

test("a reader that throws is detached and reported, and the others hear everything", () => {
  const { channel, heard, say, hear } = openChannel();
  let calls = 0;
  channel.subscribe(() => {
    calls += 1;
    throw new Error("no disk");
  });
  hear();
  say("a");
  say("b");
  expect(calls).toBe(1);
  expect(idsOf(heard)).toEqual(["a", "unit.fact", "b"]);
  expect(heard[1]).toMatchObject({ code: "EVENT_READER_DETACHED", level: "error" });
});

test("readers that answer each other without end are detached", () => {
  const { channel, heard, say, hear } = openChannel();
  channel.subscribe(() => say("ping"));
  hear();
  say("a");
  expect(heard.length).toBeLessThan(1_100);
  expect(heard.at(-1)).toMatchObject({ code: "EVENT_READER_DETACHED" });
  say("b");
  expect(idsOf(heard).at(-1)).toBe("b");
});
