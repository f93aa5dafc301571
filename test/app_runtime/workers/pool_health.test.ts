import { expect, test } from "vitest";
import { type PoolFlow, poolHealth } from "../../../src/app_runtime/workers/pool_health.ts";
import type { PoolStatus } from "../../../src/app_runtime/workers/pool_status.ts";

const counts = { done: 0, failed: 0, abandoned: 0, crashed: 0 };
const healthy: PoolStatus = {
  name: "orders",
  queue: "orders",
  state: "running",
  concurrency: 2,
  busy: 0,
  lost: 0,
  braking: false,
  counts,
  workers: [],
};
const calm: PoolFlow = { waitingMs: 0, idleMs: 3_600_000, taskLimitMs: 61_000 };
const stalled: PoolFlow = { waitingMs: 90_000, idleMs: 90_000, taskLimitMs: 61_000 };

test.each<[string, Partial<PoolStatus>, PoolFlow, string, RegExp | undefined]>([
  ["nobody needs it", {}, calm, "pass", undefined],
  ["every worker was given up", { lost: 2 }, calm, "fail", /Every worker/],
  ["some workers were given up", { lost: 1 }, calm, "warn", /1 of 2 workers/],
  ["tasks wait and nothing moves", {}, stalled, "fail", /no worker has moved for 90s/],
  ["tasks wait, but it is paused", { state: "paused" }, stalled, "warn", /Paused by an operator/],
  ["tasks wait, but it probes in an outage", { braking: true }, stalled, "warn", /probes/],
  ["tasks wait, but each may take that long", {}, { ...stalled, taskLimitMs: 120_000 }, "pass", undefined],
  ["tasks wait, but it moves", {}, { ...stalled, idleMs: 100 }, "pass", undefined],
  ["handlers were left behind", { counts: { ...counts, abandoned: 3 } }, calm, "warn", /3 handlers ignored/],
  ["everything fails", { streak: { length: 5, reason: "no catalogue" } }, calm, "warn", /no catalogue/],
  ["a few failed", { streak: { length: 4, reason: "no catalogue" } }, calm, "pass", undefined],
])("%s", (_case, status, flow, state, output) => {
  const finding = poolHealth({ ...healthy, ...status }, flow);
  expect(finding.state).toBe(state);
  if (output === undefined) expect(finding.output).toBeUndefined();
  else expect(finding.output).toMatch(output);
});
