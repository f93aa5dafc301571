import { expect, test } from "vitest";
import { type Backoff, backoffDelay } from "../../../src/app_runtime/base/backoff.ts";

const backoff: Backoff = { initialDelayMs: 100, maxDelayMs: 1_000, factor: 2, jitter: 0.1 };
const middle = () => 0.5;

test("the delay grows by its factor up to its limit", () => {
  expect([0, 1, 2, 3, 4, 5].map((step) => backoffDelay(backoff, step, middle))).toEqual([
    100, 200, 400, 800, 1_000, 1_000,
  ]);
});

test("after however many steps it is a finite number", () => {
  expect(backoffDelay({ ...backoff, maxDelayMs: 60_000 }, 1_000_000, middle)).toBe(60_000);
});

test("jitter spreads in both directions, and never beyond the limit", () => {
  expect(backoffDelay(backoff, 0, () => 0)).toBe(90);
  expect(backoffDelay(backoff, 0, () => 0.999_999)).toBe(110);
  expect(backoffDelay(backoff, 9, () => 0.999_999)).toBe(1_000);
  expect(backoffDelay({ ...backoff, jitter: 0 }, 1, () => 0)).toBe(200);
});
