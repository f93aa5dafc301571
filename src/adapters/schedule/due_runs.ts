import type { Cadence } from "./cadence.ts";

/** A run that is started later than this after its time was missed. Restarts and takeovers are shorter. */
export const onTimeMs = 60_000;

/** How many runs that are not made up are counted; then there are "more than" so many. */
const mostCounted = 100;

/** What decides about the runs whose time has come. */
export interface Due {
  readonly cadence: Cadence;
  /** Runs planned up to here are dealt with. */
  readonly after: number;
  readonly now: number;
  readonly policy: "skip" | "once" | "all";
  /** At least 1. */
  readonly maxCatchUp: number;
  /** How much later than planned a run starts; less than the time between two runs. */
  readonly jitterOf: (plannedAt: number) => number;
}

export interface PlannedRun {
  readonly plannedAt: number;
  readonly missed: boolean;
}

/** Runs that are not started. */
export interface LeftOut {
  readonly count: number;
  /** Whether there are more than were counted. */
  readonly more: boolean;
  readonly first: number;
  readonly last: number;
}

export interface DueRuns {
  /** To start now, oldest first. */
  readonly start: readonly PlannedRun[];
  readonly leftOut: LeftOut | undefined;
}

/**
 * Which of the runs whose time has come are started. One that is due after another one is nothing special: with `all` both
 * are started, else only the newest, if it is on time or is to stand for those that were missed.
 */
export function dueRuns(due: Due): DueRuns {
  const { ready, first, more } = readyRuns(due);
  const newest = ready.at(-1);
  if (newest === undefined || first === undefined) return { start: [], leftOut: undefined };
  const judged = ready.map((plannedAt) => ({ plannedAt, missed: isMissed(due, plannedAt) }));
  const most = mostStarted(due, judged.at(-1)?.missed === true);
  const start = judged.slice(Math.max(0, judged.length - most));
  const count = ready.length - start.length;
  if (count === 0 && !more) return { start, leftOut: undefined };
  return { start, leftOut: { count, more, first, last: ready[count - 1] ?? first } };
}

function mostStarted({ policy, maxCatchUp }: Due, isMissedAltogether: boolean): number {
  if (policy === "all") return maxCatchUp;
  return policy === "skip" && isMissedAltogether ? 0 : 1;
}

function isMissed({ now, jitterOf }: Due, plannedAt: number): boolean {
  return now - plannedAt - jitterOf(plannedAt) > onTimeMs;
}

interface Ready {
  /** Oldest first; the newest of them, when there are more than anybody wants to count. */
  readonly ready: readonly number[];
  readonly first: number | undefined;
  readonly more: boolean;
}

function readyRuns(due: Due): Ready {
  const { cadence, after, now, jitterOf, maxCatchUp } = due;
  const isReady = (plannedAt: number) => plannedAt + jitterOf(plannedAt) <= now;
  const limit = maxCatchUp + mostCounted;
  const ready: number[] = [];
  let next = cadence.next(after);
  while (next !== undefined && isReady(next) && ready.length <= limit) {
    ready.push(next);
    next = cadence.next(next);
  }
  const first = ready[0];
  if (ready.length <= limit) return { ready, first, more: false };
  return { ready: cadence.last(limit, now).filter(isReady), first, more: true };
}
