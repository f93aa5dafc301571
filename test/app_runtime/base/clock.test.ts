import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const day = 86_400_000;

test("a callback comes once, after its delay", () => {
  let calls = 0;
  new SystemClock().after(1_000, () => {
    calls += 1;
  });
  vi.advanceTimersByTime(999);
  expect(calls).toBe(0);
  vi.advanceTimersByTime(day);
  expect(calls).toBe(1);
});

test("a delay longer than a timer can count is waited for in full", () => {
  let calls = 0;
  new SystemClock().after(60 * day, () => {
    calls += 1;
  });
  vi.advanceTimersByTime(60 * day - 1);
  expect(calls).toBe(0);
  vi.advanceTimersByTime(1);
  expect([calls, vi.getTimerCount()]).toEqual([1, 0]);
});

test("what is disposed never comes, at whatever point of a long delay", () => {
  const clock = new SystemClock();
  let calls = 0;
  const count = () => {
    calls += 1;
  };
  const short = clock.after(1_000, count);
  const long = clock.after(60 * day, count);
  short[Symbol.dispose]();
  vi.advanceTimersByTime(30 * day);
  long[Symbol.dispose]();
  vi.advanceTimersByTime(60 * day);
  expect([calls, vi.getTimerCount()]).toEqual([0, 0]);
});

test("now never goes backwards, and wallNow is the calendar's", () => {
  vi.useRealTimers();
  const clock = new SystemClock();
  const first = clock.now();
  expect(clock.now()).toBeGreaterThanOrEqual(first);
  expect(Math.abs(clock.wallNow() - Date.now())).toBeLessThan(1_000);
});
