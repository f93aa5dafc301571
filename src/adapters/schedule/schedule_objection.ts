import { formatDuration } from "../../app_runtime/base/duration.ts";
import type { KeyObjection } from "../../app_runtime/contracts/unit_kind.ts";
import type { Cadence } from "./cadence.ts";
import { cadenceOf } from "./cadence_of.ts";
import { objectionToCron } from "./cron_objection.ts";
import type { ScheduleConfig } from "./schedule_schema.ts";
import { objectionToZone } from "./time_zone.ts";

/** Well below what a task may carry, its times included. */
const maxPayloadLength = 250_000;
const maxPayloadDepth = 24;

const runsCompared = 100;

/** Why this schedule cannot work; undefined when it can. */
export function objectionToSchedule(config: ScheduleConfig): string | KeyObjection | undefined {
  const { cron, every, timezone, jitter, payload } = config;
  if (cron === undefined && every === undefined) {
    return 'says nowhere when it runs. Set `cron: "30 6 * * mon-fri"` or `every: 15m`.';
  }
  if (cron !== undefined && every !== undefined) return "has `cron` and `every`. Take one out.";
  const zone = objectionToZone(timezone);
  if (zone !== undefined) return { key: "timezone", why: zone };
  const expression = cron === undefined ? undefined : objectionToCron(cron, timezone);
  if (expression !== undefined) return { key: "cron", why: expression };
  const gap = jitter === 0 ? Number.POSITIVE_INFINITY : shortestGap(cadenceOf(config));
  if (jitter >= gap) {
    return { key: "jitter", why: `must be shorter than the time between two runs, which is ${formatDuration(gap)}.` };
  }
  const json = payload === undefined ? undefined : objectionToPayload(payload);
  return json === undefined ? undefined : { key: "payload", why: json };
}

/** Between the first runs of some year. */
function shortestGap(cadence: Cadence): number {
  const runs = [Date.UTC(2000, 0, 1)];
  while (runs.length < runsCompared) runs.push(cadence.next(runs.at(-1) ?? 0) ?? Number.POSITIVE_INFINITY);
  return Math.min(...runs.slice(2).map((run, index) => run - (runs[index + 1] ?? 0)));
}

function objectionToPayload(payload: string): string | undefined {
  if (payload.length > maxPayloadLength) {
    return `has ${payload.length} characters, more than the ${maxPayloadLength} a payload may have here. Put it into a file that the handler reads.`;
  }
  try {
    if (depthOf(JSON.parse(payload)) > maxPayloadDepth) return `has more than ${maxPayloadDepth} levels.`;
    return undefined;
  } catch {
    return `is no JSON. Write it in single quotes with its own double ones, such as '{"report": "daily"}'.`;
  }
}

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Object.values(value).reduce((deepest: number, child) => Math.max(deepest, depthOf(child)), 0);
}
