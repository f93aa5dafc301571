import type { Clock } from "../../app_runtime/base/clock.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { Gate, Patience } from "../../app_runtime/intake/api.ts";
import type { Cadence } from "./cadence.ts";
import { cadenceOf } from "./cadence_of.ts";
import { dueRuns, type LeftOut, type PlannedRun } from "./due_runs.ts";
import { TaskMaker } from "./planned_task.ts";
import type { RunStarter } from "./run_starter.ts";
import type { ScheduleFacts } from "./schedule_facts.ts";
import { positionAt, type SchedulePosition, type Standing } from "./schedule_position.ts";
import type { ScheduleConfig } from "./schedule_schema.ts";

/**
 * The clock on the wall is looked at this often, whatever a timer was set to: timers stand still while a machine sleeps,
 * and do not hear of a clock that is put forward. Shorter than what counts as on time.
 */
const longestWaitMs = 30_000;

/** Waits for the next planned run and has it started. */
export class ScheduleLoop {
  readonly #config: ScheduleConfig;
  readonly #clock: Clock;
  readonly #starter: RunStarter;
  readonly #gate: Gate;
  readonly #patience: Patience;
  readonly #facts: ScheduleFacts;
  readonly #cadence: Cadence;
  readonly #maker: TaskMaker;
  readonly #news = new WakeUp();
  #isWanted = false;
  #lastTurnAt: number | undefined;
  #busySince: number | undefined;
  #waiting = 0;
  #missed = 0;
  #leftOut = 0;

  constructor(parts: {
    readonly source: string;
    readonly config: ScheduleConfig;
    readonly clock: Clock;
    readonly starter: RunStarter;
    readonly gate: Gate;
    readonly patience: Patience;
    readonly facts: ScheduleFacts;
  }) {
    this.#config = parts.config;
    this.#clock = parts.clock;
    this.#starter = parts.starter;
    this.#gate = parts.gate;
    this.#patience = parts.patience;
    this.#facts = parts.facts;
    this.#cadence = cadenceOf(parts.config);
    this.#maker = new TaskMaker(parts.source, parts.config);
  }

  /** Clock.now() of the last look at the clock on the wall. */
  get lastTurnAt(): number | undefined {
    return this.#lastTurnAt;
  }

  /** Runs that are due and not yet in the queue. */
  get waiting(): number {
    return this.#waiting;
  }

  /** For how long the run in hand has been waiting for the journal and the queue; 0 while it waits for the clock. */
  get busyMs(): number {
    return this.#busySince === undefined ? 0 : Math.round(this.#clock.now() - this.#busySince);
  }

  /** Runs that were not started at their time, and how many of those not at all, since this start. */
  get figures(): { readonly missed: number; readonly leftOut: number } {
    return { missed: this.#missed, leftOut: this.#leftOut };
  }

  /** When the next run is planned, as the schedule's zone shows it; undefined when none is. */
  get nextRunAt(): string | undefined {
    const now = this.#clock.wallNow();
    const next = this.#cadence.next(Math.max(now, this.#starter.position?.after ?? now));
    return next === undefined ? undefined : this.#maker.shown(next);
  }

  get lastRunAt(): string | undefined {
    const lastRunAt = this.#starter.position?.lastRunAt;
    return lastRunAt === undefined ? undefined : this.#maker.shown(lastRunAt);
  }

  /** One run now, whatever the clock says. */
  trigger(): void {
    this.#isWanted = true;
    this.#news.wake();
  }

  /** A pause is no delay of ours. */
  resumed(): void {
    if (this.#busySince !== undefined) this.#busySince = this.#clock.now();
  }

  /** Works until `signal` aborts, then resolves. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      await this.#busily(() => this.#starter.resume(signal));
      for (;;) {
        await unlessAborted(signal, this.#gate.passed());
        const turn = () => this.#patience.insist("Starting a run", () => this.#turn(signal), signal);
        const waitMs = await this.#busily(turn);
        await this.#news.wait(this.#clock, waitMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Resolves with how long to wait for the next one. @throws what the journal throws; then it is to be tried anew. */
  async #turn(signal: AbortSignal): Promise<number> {
    await this.#starter.finish(signal);
    this.#lastTurnAt = this.#clock.now();
    const now = this.#clock.wallNow();
    const { after } = await this.#stand(now);
    await this.#startWanted(now, signal);
    const { missed: policy, maxCatchUp } = this.#config;
    const jitterOf = (plannedAt: number) => this.#maker.jitterOf(plannedAt);
    const { start, leftOut } = dueRuns({ cadence: this.#cadence, after, now, policy, maxCatchUp, jitterOf });
    const onPassed = leftOut && (() => this.#sayLeftOut(leftOut, start.length));
    await this.#startAll(start, onPassed, signal);
    if (start.length > 0) return 0;
    if (leftOut !== undefined) await this.#starter.moveTo(this.#moved({ after: leftOut.last }));
    onPassed?.();
    return this.#untilNext();
  }

  /** Where it stands, by the clock as it is now. */
  async #stand(now: number): Promise<SchedulePosition> {
    const { position, standing } = positionAt(this.#starter.position, { cadence: this.#cadence.text, now });
    if (standing === "known") return position;
    await this.#starter.moveTo(position);
    this.#facts.report(factOf[standing], { nextRunAt: this.nextRunAt ?? "never" });
    return position;
  }

  /** `onPassed` is called once what lies before the first of them is dealt with. */
  async #startAll(runs: readonly PlannedRun[], onPassed: (() => void) | undefined, signal: AbortSignal): Promise<void> {
    this.#waiting = runs.length;
    try {
      for (const [index, { plannedAt, missed }] of runs.entries()) {
        const draft = this.#maker.planned(plannedAt, this.#clock.wallNow(), missed);
        const position = this.#moved({ after: plannedAt, lastRunAt: plannedAt });
        const onKept = () => {
          if (missed) this.#missed += 1;
          if (index === 0) onPassed?.();
        };
        await this.#starter.start({ draft, position, onKept }, signal);
        this.#waiting -= 1;
        this.#busySince = this.#clock.now(); // a long line that moves is not stuck
      }
    } finally {
      this.#waiting = 0;
    }
  }

  async #startWanted(now: number, signal: AbortSignal): Promise<void> {
    if (!this.#isWanted) return;
    const draft = this.#maker.manual(now);
    const onKept = () => {
      this.#isWanted = false;
    };
    await this.#starter.start({ draft, position: this.#moved({ lastRunAt: now }), onKept }, signal);
  }

  #moved(moved: Partial<SchedulePosition>): SchedulePosition {
    const { after = this.#clock.wallNow(), ...rest } = { ...this.#starter.position, ...moved };
    return { ...rest, after, cadence: this.#cadence.text };
  }

  #untilNext(): number {
    const now = this.#clock.wallNow();
    const next = this.#cadence.next(this.#starter.position?.after ?? now);
    if (next === undefined) return longestWaitMs;
    // A timer may be a little early by the clock on the wall.
    return Math.min(longestWaitMs, Math.max(1, next + this.#maker.jitterOf(next) - now));
  }

  #sayLeftOut({ count, more, first, last }: LeftOut, started: number): void {
    const { missed: policy, maxCatchUp } = this.#config;
    this.#missed += count;
    this.#leftOut += count;
    const shown = {
      count: more ? `more than ${count}` : count,
      first: this.#maker.shown(first),
      last: this.#maker.shown(last),
    };
    if (policy === "all") this.#facts.report("schedule_left_out", { ...shown, maxCatchUp });
    else {
      const what = started > 0 ? "the newest run stands for them" : "they are skipped";
      this.#facts.report("schedule_missed", { ...shown, what });
    }
  }

  async #busily<T>(work: () => Promise<T>): Promise<T> {
    this.#busySince = this.#clock.now();
    try {
      return await work();
    } finally {
      this.#busySince = undefined;
    }
  }
}

const factOf = {
  first: "schedule_began",
  changed: "schedule_changed",
  "clock-back": "schedule_clock_back",
} as const satisfies Record<Exclude<Standing, "known">, string>;
