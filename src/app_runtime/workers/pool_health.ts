import { formatDuration } from "../base/duration.ts";
import type { HealthFinding } from "../contracts/health_contributor.ts";
import type { PoolStatus } from "./pool_status.ts";

/** A task that could run and that nobody took for this long means that the pool does not turn. */
const stalledAfterMs = 60_000;

/** So many failures in a row are no accident of single tasks. */
const manyFailures = 5;

/** Computed from flow: what waits against who takes. `waitingMs` is the age of the oldest task that could run. */
export function poolHealth(
  status: PoolStatus,
  flow: { readonly waitingMs: number; readonly idleMs: number },
): HealthFinding {
  const observed = {
    busy: status.busy,
    concurrency: status.concurrency,
    done: status.counts.done,
    failed: status.counts.failed,
    abandoned: status.counts.abandoned,
    oldestWaitingMs: Math.round(flow.waitingMs),
  };
  if (status.lost === status.concurrency) {
    return {
      state: "fail",
      observed,
      output: "Every worker failed too often and was given up. Read the log for the cause, then restart.",
    };
  }
  if (status.state === "running" && flow.waitingMs > stalledAfterMs && flow.idleMs > stalledAfterMs) {
    const stalled = formatDuration(Math.round(flow.idleMs / 1000) * 1000);
    return {
      state: "fail",
      observed,
      output: `Tasks wait, but no worker has moved for ${stalled}: its handlers hang. See the tasks in /status.`,
    };
  }
  if (status.braking) {
    return {
      state: "warn",
      observed,
      output: "Something its handler needs is down: its sources pause, and one task at a time probes.",
    };
  }
  const { streak } = status;
  if (streak !== undefined && streak.length >= manyFailures) {
    const output = `The last ${streak.length} runs of its handler failed, the latest because: ${streak.reason}`;
    return { state: "warn", observed, output };
  }
  if (status.lost > 0) {
    return {
      state: "warn",
      observed,
      output: `${status.lost} of ${status.concurrency} workers were given up; the others go on.`,
    };
  }
  if (status.counts.abandoned > 0) {
    return {
      state: "warn",
      observed,
      output: `${status.counts.abandoned} handlers ignored their signal to stop and were left behind.`,
    };
  }
  return { state: "pass", observed };
}
