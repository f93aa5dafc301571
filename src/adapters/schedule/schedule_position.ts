import type { JsonValue } from "../../app_runtime/contracts/task.ts";

/** What the source remembers from run to run, as its checkpoint. Times in milliseconds since 1970 UTC. */
export interface SchedulePosition {
  /** Runs planned up to here are dealt with. */
  readonly after: number;
  /** The cadence it is a position in. */
  readonly cadence: string;
  /** The run that was started last. */
  readonly lastRunAt?: number;
}

/**
 * A clock that is further behind than this was wrong before and is corrected now; one that is less behind was put back by
 * accident or by somebody, and is waited for. As Vixie cron does.
 */
const correctionMs = 3 * 3_600_000;

/** Undefined for anything that is no position. */
export function readPosition(value: JsonValue | undefined): SchedulePosition | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const field = (name: keyof SchedulePosition): unknown => Reflect.get(value, name);
  const [after, cadence, lastRunAt] = [field("after"), field("cadence"), field("lastRunAt")];
  if (typeof after !== "number" || typeof cadence !== "string") return undefined;
  return { after, cadence, ...(typeof lastRunAt === "number" && { lastRunAt }) };
}

export type Standing = "first" | "changed" | "clock-back" | "known";

/**
 * Where to go on from: nothing of the past on the first start and for another cadence, which may have had runs then that
 * nobody planned.
 */
export function positionAt(
  last: SchedulePosition | undefined,
  { cadence, now }: { readonly cadence: string; readonly now: number },
): { readonly position: SchedulePosition; readonly standing: Standing } {
  if (last === undefined) return { position: { after: now, cadence }, standing: "first" };
  const fresh = { ...last, after: now, cadence };
  if (last.cadence !== cadence) return { position: fresh, standing: "changed" };
  if (last.after - now > correctionMs) return { position: fresh, standing: "clock-back" };
  return { position: last, standing: "known" };
}
