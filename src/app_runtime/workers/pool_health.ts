import { formatDuration } from "../base/duration.ts";
import type { HealthFinding } from "../contracts/health_contributor.ts";
import type { PoolStatus } from "./pool_status.ts";

/** Even where tasks are short, a pool that takes nothing for less than this is only busy. */
const shortestStallMs = 60_000;

/** So many failures in a row are no accident of single tasks. */
const manyFailures = 5;

/** What goes past a pool, in milliseconds. */
export interface PoolFlow {
  /** Age of the oldest task that could run. */
  readonly waitingMs: number;
  /** Since a worker last took or finished a task. */
  readonly idleMs: number;
  /** How long one task may rightly take. */
  readonly taskLimitMs: number;
}

/** Computed from flow: what waits against who takes. */
export function poolHealth(status: PoolStatus, flow: PoolFlow): HealthFinding {
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
  if (status.state === "paused") {
    return { state: "warn", observed, output: "Paused by an operator: it takes no tasks until it is resumed." };
  }
  if (status.braking) {
    return {
      state: "warn",
      observed,
      output: "Something its handler needs is down: its sources pause, and one task at a time probes.",
    };
  }
  if (status.state === "running" && Math.min(flow.waitingMs, flow.idleMs) > stalledAfterMs(flow)) {
    const stalled = formatDuration(Math.round(flow.idleMs / 1000) * 1000);
    return {
      state: "fail",
      observed,
      output: `Tasks wait, but no worker has moved for ${stalled}: its handlers hang. See the tasks in /status.`,
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

function stalledAfterMs({ taskLimitMs }: PoolFlow): number {
  return Math.max(shortestStallMs, taskLimitMs);
}
