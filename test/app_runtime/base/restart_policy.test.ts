import { expect, test } from "vitest";
import {
  decideRestart,
  noRestarts,
  type RestartHistory,
  type RestartPolicy,
} from "../../../src/app_runtime/base/restart_policy.ts";

const policy: RestartPolicy = {
  maxRestarts: 3,
  withinMs: 10_000,
  initialDelayMs: 100,
  maxDelayMs: 1_000,
  factor: 2,
  jitter: 0,
  stableAfterMs: 5_000,
};
const middle = () => 0.5;

/** The decisions after lives of these lengths, each begun when the one before allowed it. */
function decisions(lives: readonly number[]) {
  let history: RestartHistory = noRestarts;
  let startedAt = 0;
  return lives.map((lifeMs) => {
    const endedAt = startedAt + lifeMs;
    const decision = decideRestart(policy, history, { startedAt, endedAt }, middle);
    if (decision.kind === "give-up") return "give-up";
    history = decision.history;
    startedAt = decision.atMs;
    return decision.atMs - endedAt;
  });
}

test("failures in a row wait longer each time, until the budget is spent", () => {
  expect(decisions([0, 0, 0, 0])).toEqual([100, 200, 400, "give-up"]);
});

test("a stable run begins the back-off anew", () => {
  expect(decisions([0, 0, 6_000])).toEqual([100, 200, 100]);
});

test("restarts longer ago than the window are forgiven", () => {
  expect(decisions([0, 0, 0, 9_999, 9_999])).toEqual([100, 200, 400, 100, 100]);
});

test("giving up says how often it was tried", () => {
  const history = { restartedAt: [1, 2, 3], streak: 3 };
  expect(decideRestart(policy, history, { startedAt: 3, endedAt: 4 }, middle)).toEqual({
    kind: "give-up",
    restarts: 3,
    withinMs: 10_000,
  });
});

test("with no budget there is no restart", () => {
  expect(decideRestart({ ...policy, maxRestarts: 0 }, noRestarts, { startedAt: 0, endedAt: 1 }, middle).kind).toBe(
    "give-up",
  );
});
