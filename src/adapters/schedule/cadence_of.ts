import type { Cadence } from "./cadence.ts";
import { CronCadence } from "./cron_cadence.ts";
import { IntervalCadence } from "./interval_cadence.ts";
import type { ScheduleConfig } from "./schedule_schema.ts";

/** Of a config that was checked: it has one of the two. */
export function cadenceOf({ cron, every, timezone }: ScheduleConfig): Cadence {
  return cron === undefined ? new IntervalCadence(every ?? Number.POSITIVE_INFINITY) : new CronCadence(cron, timezone);
}
