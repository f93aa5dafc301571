import { expect, test } from "vitest";
import { keepRunning } from "../../../src/app_runtime/base/keep_running.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";

/** Something that fails its first `failures` lives and then ends by itself. */
function keep(failures: number) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const log: string[] = [];
  let lives = 0;
  const kept = keepRunning({
    clock,
    random: () => 0.5,
    signal: stop.signal,
    policy: {
      maxRestarts: 3,
      withinMs: 60_000,
      initialDelayMs: 100,
      maxDelayMs: 1_000,
      factor: 2,
      jitter: 0,
      stableAfterMs: 60_000,
    },
    run: async () => {
      lives += 1;
      log.push(`life ${lives}`);
      if (lives <= failures) throw new Error(`failure ${lives}`);
    },
    onRestart: (failure, delayMs) => void log.push(`${(failure as Error).message}, again in ${delayMs}`),
    onGiveUp: (failure, restarts) => void log.push(`${(failure as Error).message}, given up after ${restarts}`),
  });
  return { clock, stop, log, kept };
}

test("what fails is started again after its back-off, and what ends by itself is left alone", async () => {
  const { clock, log, kept } = keep(2);
  await clock.advance(99);
  expect(log).toEqual(["life 1", "failure 1, again in 100"]);
  await clock.advance(201);
  expect(log.slice(2)).toEqual(["life 2", "failure 2, again in 200", "life 3"]);
  expect(await kept).toBe("stopped");
});

test("what fails too often is given up, and that is said", async () => {
  const { clock, log, kept } = keep(100);
  await clock.advance(10_000);
  expect(await kept).toBe("gave-up");
  expect(log.at(-1)).toBe("failure 4, given up after 3");
  expect(clock.pending).toBe(0);
});

test("a stop while it waits for its next life means that there is none", async () => {
  const { clock, stop, log, kept } = keep(100);
  await settlePromises();
  stop.abort();
  expect(await kept).toBe("stopped");
  expect([log.filter((line) => line.startsWith("life")), clock.pending]).toEqual([["life 1"], 0]);
});

test("a failure after it was told to stop is its end", async () => {
  const stop = new AbortController();
  const restarts: unknown[] = [];
  const kept = keepRunning({
    clock: new ManualClock(),
    random: () => 0.5,
    signal: stop.signal,
    policy: { maxRestarts: 3, withinMs: 1, initialDelayMs: 1, maxDelayMs: 1, factor: 1, jitter: 0, stableAfterMs: 1 },
    run: async () => {
      stop.abort();
      throw new Error("interrupted");
    },
    onRestart: (failure) => void restarts.push(failure),
    onGiveUp: (failure) => void restarts.push(failure),
  });
  expect([await kept, restarts]).toEqual(["stopped", []]);
});
