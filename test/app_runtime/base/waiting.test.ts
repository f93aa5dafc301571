import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { sleep } from "../../../src/app_runtime/base/sleep.ts";
import { TimeLimitError, within } from "../../../src/app_runtime/base/within.ts";
import { yieldToLoop } from "../../../src/app_runtime/base/yield_to_loop.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

test("a sleep ends after its time and leaves neither timer nor listener", async () => {
  const clock = new ManualClock();
  const { signal } = new AbortController();
  let awake = false;
  const sleeping = sleep(clock, 100, signal).then(() => {
    awake = true;
  });
  await clock.advance(99);
  expect(awake).toBe(false);
  await clock.advance(1);
  await sleeping;
  expect([awake, clock.pending, getEventListeners(signal, "abort").length]).toEqual([true, 0, 0]);
});

test("a sleep that is called off ends at once, and one called off before does not begin", async () => {
  const clock = new ManualClock();
  const off = new AbortController();
  const sleeping = sleep(clock, 100, off.signal);
  off.abort();
  await sleeping;
  await sleep(clock, 100, off.signal);
  expect(clock.pending).toBe(0);
});

test("work within its limit gives its result, or its own error, and leaves no timer", async () => {
  const clock = new ManualClock();
  expect(await within(clock, 100, "Opening", Promise.resolve(7))).toBe(7);
  await expect(within(clock, 100, "Opening", Promise.reject(new Error("no disk")))).rejects.toThrow("no disk");
  expect(clock.pending).toBe(0);
});

test("work beyond its limit is a TimeLimitError that names it; its late failure disturbs nobody", async () => {
  const clock = new ManualClock();
  const late = Promise.withResolvers<never>();
  const opening = within(clock, 100, "Opening the database", late.promise);
  const told = expect(opening).rejects.toThrow(TimeLimitError);
  await clock.advance(100);
  await told;
  await expect(opening).rejects.toThrow("Opening the database did not finish within 100 ms.");
  late.reject(new Error("too late"));
  await clock.advance(0);
});

test("yielding lets what is in the event loop have its turn", async () => {
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await Promise.resolve();
  expect(turned).toBe(false);
  await yieldToLoop();
  expect(turned).toBe(true);
});
