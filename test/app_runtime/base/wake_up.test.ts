import { expect, test } from "vitest";
import { WakeUp } from "../../../src/app_runtime/base/wake_up.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

const never = new AbortController().signal;

test("a wake-up ends the wait and leaves no timer", async () => {
  const [clock, news] = [new ManualClock(), new WakeUp()];
  const waiting = news.wait(clock, 1_000, never);
  news.wake();
  expect(await waiting).toBe(true);
  expect(clock.pending).toBe(0);
});

test("wake-ups while nobody waits are kept, as one", async () => {
  const [clock, news] = [new ManualClock(), new WakeUp()];
  news.wake();
  news.wake();
  expect(await news.wait(clock, 1_000, never)).toBe(true);
  const second = news.wait(clock, 1_000, never);
  await clock.advance(1_000);
  expect(await second).toBe(false);
});

test("an abort ends the wait and leaves no timer", async () => {
  const [clock, news, stop] = [new ManualClock(), new WakeUp(), new AbortController()];
  const waiting = news.wait(clock, 1_000, stop.signal);
  stop.abort();
  expect(await waiting).toBe(false);
  expect(clock.pending).toBe(0);
  expect(await news.wait(clock, 1_000, stop.signal)).toBe(false);
});

test("a kept wake-up can be forgotten", async () => {
  const [clock, news] = [new ManualClock(), new WakeUp()];
  news.wake();
  news.forget();
  const waiting = news.wait(clock, 1_000, never);
  await clock.advance(1_000);
  expect(await waiting).toBe(false);
});

test("a time that is past is not waited for", async () => {
  const [clock, news] = [new ManualClock(), new WakeUp()];
  expect(await news.wait(clock, -5)).toBe(false);
});
