import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import { type FactKind, FactReporter, type IntakeFacts } from "../../app_runtime/intake/api.ts";

/** Everything a schedule says about itself beyond the platform's own events, as `unit.fact`. */
export const scheduleFacts = {
  schedule_began: { level: "info", message: "Runs are planned from now on; the first one for {nextRunAt}." },
  schedule_changed: {
    level: "info",
    message:
      "The schedule is another one than before: its runs are planned from now on, the first one for {nextRunAt}.",
  },
  schedule_clock_back: {
    level: "warn",
    message:
      "The clock of the machine is hours behind the last run it saw: runs are planned by the clock as it is now, the next one for {nextRunAt}.",
  },
  schedule_missed: {
    level: "warn",
    message: "{count} run(s) planned from {first} to {last} were not started at their time: {what}.",
  },
  schedule_left_out: {
    level: "error",
    message: "{count} missed run(s) planned from {first} to {last} are left out: maxCatchUp is {maxCatchUp}.",
  },
  schedule_known: { level: "info", message: "The run of task {taskId} was started before, and is not started again." },
  schedule_resumed: { level: "info", message: "{tasks} task(s) made in an earlier run were published again." },
  schedule_trouble: { level: "error", message: "{sentence} Trying again in {waitMs} ms." },
  schedule_trouble_over: { level: "info", message: "{what} works again." },
} as const satisfies Record<string, FactKind>;

/** Reports facts of one schedule. */
export class ScheduleFacts extends FactReporter<keyof typeof scheduleFacts> implements IntakeFacts {
  constructor(events: EventChannel, source: string) {
    super(events, source, scheduleFacts);
  }

  trouble(sentence: string, waitMs: number): void {
    this.report("schedule_trouble", { sentence, waitMs });
  }

  troubleOver(what: string): void {
    this.report("schedule_trouble_over", { what });
  }

  resumed(tasks: number): void {
    this.report("schedule_resumed", { tasks });
  }
}
