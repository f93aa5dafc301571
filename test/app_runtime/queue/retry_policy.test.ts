import { expect, test } from "vitest";
import { decideRetry, type RetryPolicy } from "../../../src/app_runtime/queue/retry_policy.ts";

const policy: RetryPolicy = { attempts: 4, initialDelayMs: 100, maxDelayMs: 300, factor: 2, jitter: 0.1 };
const middle = () => 0.5;

test("the pause doubles up to its limit, and then the task is exhausted", () => {
  const decisions = [1, 2, 3, 4].map((attempt) => decideRetry(policy, attempt, undefined, middle));
  expect(decisions).toEqual([
    { kind: "again", delayMs: 100 },
    { kind: "again", delayMs: 200 },
    { kind: "again", delayMs: 300 },
    { kind: "exhausted", attempts: 4 },
  ]);
});

test("a pause the handler asks for is taken as it is, but buys no further attempt", () => {
  expect(decideRetry(policy, 1, 5_000, middle)).toEqual({ kind: "again", delayMs: 5_000 });
  expect(decideRetry(policy, 1, 0, middle)).toEqual({ kind: "again", delayMs: 0 });
  expect(decideRetry(policy, 4, 5_000, middle)).toEqual({ kind: "exhausted", attempts: 4 });
});

test("the pauses of many are spread by the jitter, never beyond the limit", () => {
  const delays = [0, 0.25, 0.75, 0.999].map((random) => decideRetry(policy, 1, undefined, () => random));
  expect(delays.map((decision) => (decision.kind === "again" ? decision.delayMs : -1))).toEqual([90, 95, 105, 110]);
  expect(decideRetry(policy, 3, undefined, () => 0.999)).toEqual({ kind: "again", delayMs: 300 });
});
