import { formatDuration } from "../../app_runtime/base/duration.ts";
import type { HealthFinding } from "../../app_runtime/contracts/health_contributor.ts";

/** A run that waits so long for the queue or the journal is late. */
const warnAfterMs = 60_000;
const failAfterMs = 15 * 60_000;

/** What health is computed from. */
export interface ScheduleFlow {
  /** For how long a run, or what an earlier life left, has been waiting to be published. */
  readonly waitingMs: number;
  /** What fails on our own side. */
  readonly trouble: string | undefined;
  /** For people: the next run and the last one. */
  readonly nextRunAt: string | undefined;
  readonly lastRunAt: string | undefined;
}

export function scheduleHealth({ waitingMs, trouble, nextRunAt, lastRunAt }: ScheduleFlow): HealthFinding {
  const observed = {
    waitingMs,
    ...(nextRunAt !== undefined && { nextRunAt }),
    ...(lastRunAt !== undefined && { lastRunAt }),
  };
  if (trouble !== undefined) return { state: "fail", output: trouble, observed };
  if (waitingMs <= warnAfterMs) return { state: "pass", observed };
  const since = formatDuration(Math.floor(waitingMs / 1_000) * 1_000);
  const output = `A run that is due could not be published for ${since}: its queue is full or does not answer. Look at its workers.`;
  return { state: waitingMs > failAfterMs ? "fail" : "warn", output, observed };
}
