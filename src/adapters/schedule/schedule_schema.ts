import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** Config of `adapter: schedule`: the clock as a source. Either `cron` or `every`. */
export const scheduleSchema = {
  cron: {
    doc: 'Five fields in quotes: minute hour day-of-month month day-of-week; a sixth in front is the second. "30 6 * * mon-fri" is half past six on working days.',
    format: "nonempty",
    default: null,
    optional: true,
  },
  every: {
    doc: "Instead of `cron`: a run at each multiple of this time since 1970 UTC, whatever the time zone and whenever the runtime started.",
    format: "duration",
    default: null,
    optional: true,
    min: "1s",
    max: "366d",
  },
  timezone: {
    doc: "The IANA time zone that `cron` is read in, such as Europe/Berlin, with its daylight saving time.",
    format: "nonempty",
    default: "UTC",
  },
  missed: {
    doc: "What becomes of runs whose time passed while nobody could start them (stopped, asleep, paused, queue full). skip: nothing. once: one run stands for all of them. all: each is made up, oldest first.",
    format: ["skip", "once", "all"],
    default: "once",
  },
  maxCatchUp: {
    doc: "With `missed: all`: how many missed runs are made up at once at most; the newest are kept, and what is left out is said.",
    format: "count",
    default: 100,
    min: 1,
    max: 1000,
  },
  jitter: {
    doc: "Each run starts up to this much later than planned, always the same for the same run: many schedules of one time are spread.",
    format: "duration",
    default: "0s",
    max: "1d",
  },
  kind: { doc: "Kind of the tasks it makes.", format: "nonempty", default: "schedule.due" },
  payload: {
    doc: 'JSON in quotes, such as \'{"report": "daily"}\': the `data` in the payload of each task.',
    format: "string",
    default: null,
    optional: true,
  },
  orderKey: {
    doc: "Order key of its tasks: with one, a run waits until the run before it is finished.",
    format: "nonempty",
    default: null,
    optional: true,
  },
} as const satisfies Schema;

export type ScheduleConfig = ConfigOf<typeof scheduleSchema>;
