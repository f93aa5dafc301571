import { expect, test } from "vitest";
import { ManualClock } from "../../../src/app_runtime/testing/index.ts";

test("timers fire in the order of their time, then of their making, each at its time", async () => {
  const clock = new ManualClock();
  const fired: string[] = [];
  for (const [name, delayMs] of [["late", 20] as const, ["first", 10] as const, ["second", 10] as const]) {
    clock.after(delayMs, () => void fired.push(`${name} at ${clock.now()}`));
  }
  await clock.advance(15);
  expect([fired, clock.now(), clock.pending]).toEqual([["first at 10", "second at 10"], 15, 1]);
  await clock.advance(5);
  expect(fired.at(-1)).toBe("late at 20");
});

test("what a timer sets going is set going within the same advance", async () => {
  const clock = new ManualClock();
  const at: number[] = [];
  const again = () => {
    at.push(clock.now());
    if (at.length < 4) clock.after(10, again);
  };
  clock.after(10, again);
  await clock.advance(35);
  expect(at).toEqual([10, 20, 30]);
});

test("promises that are ready run between two timers", async () => {
  const clock = new ManualClock();
  const log: string[] = [];
  clock.after(10, () => void Promise.resolve().then(() => log.push("promise")));
  clock.after(20, () => void log.push("timer"));
  await clock.advance(20);
  expect(log).toEqual(["promise", "timer"]);
});

test("a disposed timer never fires", async () => {
  const clock = new ManualClock();
  let fired = false;
  const timer = clock.after(10, () => {
    fired = true;
  });
  timer[Symbol.dispose]();
  await clock.advance(100);
  expect([fired, clock.pending]).toEqual([false, 0]);
});

test("a delay that has passed fires at once, at the present time", async () => {
  const clock = new ManualClock();
  await clock.advance(100);
  let at = -1;
  clock.after(-50, () => {
    at = clock.now();
  });
  await clock.advance(0);
  expect(at).toBe(100);
});

test("a timer that sets itself again with no delay is an error, not an endless test", async () => {
  const clock = new ManualClock();
  const spin = () => void clock.after(0, spin);
  clock.after(5, spin);
  await expect(clock.advance(10)).rejects.toThrow("Time stands still at 5");
});

test("a jump of the wall clock leaves monotonic time alone", async () => {
  const clock = new ManualClock(1_000);
  await clock.advance(10);
  clock.jumpWall(-500);
  expect([clock.now(), clock.wallNow()]).toEqual([10, 510]);
});
