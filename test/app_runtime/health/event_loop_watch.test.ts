import { expect, onTestFinished, test } from "vitest";
import { EventLoopWatch } from "../../../src/app_runtime/health/api.ts";
import { BlockableClock } from "./blockable_clock.ts";
import { RecordedEvents } from "./recorded_events.ts";

test("a loop that turns is not talked about", async () => {
  const { clock, events, watch } = await openWatch();

  await clock.advance(60_000);

  expect(events.said).toEqual([]);
  expect(watch.check()).toEqual({ state: "pass" });
});

test("a standstill of more than a second names the tasks that may have done it, and warns for a minute", async () => {
  const { clock, events, watch, tasks } = await openWatch();
  tasks.push("mail-1", "mail-2");
  await clock.advance(1_000);

  clock.block(1_500);
  await clock.advance(200);

  expect(events.said).toEqual([
    { kind: "loop.blocked", unit: "runtime", blockedMs: 1_500, suspects: ["mail-1", "mail-2"] },
  ]);
  expect(watch.check()).toMatchObject({
    state: "warn",
    output: expect.stringContaining("stood still for 1500 ms, 0 s ago, while these tasks ran: mail-1, mail-2."),
  });
  await clock.advance(60_000);
  expect(watch.check().state).toBe("warn");
  await clock.advance(1_000);
  expect(watch.check().state).toBe("pass");
});

test("the suspects are asked for since the last moment the loop was known to turn", async () => {
  const { clock, askedSince } = await openWatch();
  await clock.advance(1_000);

  clock.block(3_000);
  await clock.advance(200);

  expect(askedSince).toEqual([1_000]);
});

test("a short hiccup is not a standstill", async () => {
  const { clock, events } = await openWatch();

  clock.block(1_000);
  await clock.advance(200);

  expect(events.said).toEqual([]);
});

async function openWatch() {
  const clock = new BlockableClock();
  const events = new RecordedEvents();
  const tasks: string[] = [];
  const askedSince: number[] = [];
  const tasksSince = (since: number) => {
    askedSince.push(since);
    return tasks;
  };
  const watch = new EventLoopWatch({ clock, events, tasksSince });
  await watch.start();
  onTestFinished(async () => {
    await watch.stop();
    expect(clock.pending).toBe(0);
  });
  return { clock, events, watch, tasks, askedSince };
}
