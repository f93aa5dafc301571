import { Cron } from "croner";
import type { Cadence } from "./cadence.ts";

/**
 * A cron expression in a time zone. `no-wildcard` is the rule of Vixie cron for the two changes of the clock: a job whose
 * minute and hour are numbers runs once on each day it is planned for, one with a wildcard follows the clock on the wall.
 */
export class CronCadence implements Cadence {
  readonly text: string;
  readonly #cron: Cron;

  /** @throws what croner throws for an expression it cannot read. */
  constructor(expression: string, timezone: string) {
    this.text = `cron ${expression.trim().split(/\s+/).join(" ").toLowerCase()} in ${timezone}`;
    this.#cron = new Cron(expression, { timezone, mode: "5-or-6-parts", fixedTimeRule: "no-wildcard" });
  }

  next(after: number): number | undefined {
    return this.#cron.nextRun(new Date(after))?.getTime();
  }

  last(count: number, until: number): readonly number[] {
    const justAfter = new Date(until + 1); // croner looks for runs before, not up to
    return this.#cron
      .previousRuns(count, justAfter)
      .map((run) => run.getTime())
      .reverse();
  }
}
