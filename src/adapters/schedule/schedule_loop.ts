import type { Clock } from "../../app_runtime/base/clock.ts";
import { unlessAborted } from "../../app_runtime/base/unless_aborted.ts";
import { WakeUp } from "../../app_runtime/base/wake_up.ts";
import type { Journal } from "../../app_runtime/contracts/journal.ts";
import type { Publisher } from "../../app_runtime/contracts/publisher.ts";
import type { TaskDraft } from "../../app_runtime/contracts/task.ts";
import type { Gate, Patience, TaskPublisher } from "../../app_runtime/intake/api.ts";
import type { Cadence } from "./cadence.ts";
import { cadenceOf } from "./cadence_of.ts";
import { dueRuns, type LeftOut, type PlannedRun } from "./due_runs.ts";
import { TaskMaker } from "./planned_task.ts";
import type { PositionStore } from "./position_store.ts";
import type { ScheduleFacts } from "./schedule_facts.ts";
import { positionAt, type SchedulePosition, type Standing } from "./schedule_position.ts";
import type { ScheduleConfig } from "./schedule_schema.ts";

/**
 * The clock on the wall is looked at this often, whatever a timer was set to: timers stand still while a machine sleeps,
 * and do not hear of a clock that is put forward. Shorter than what counts as on time.
 */
const longestWaitMs = 30_000;

/** Waits for the next planned run and starts it: first a journal row and the new position, then the queue. */
export class ScheduleLoop {
  readonly #source: string;
  readonly #config: ScheduleConfig;
  readonly #clock: Clock;
  readonly #journal: Journal;
  readonly #positions: PositionStore;
  readonly #publisher: Publisher;
  readonly #tasks: TaskPublisher;
  readonly #gate: Gate;
  readonly #patience: Patience;
  readonly #facts: ScheduleFacts;
  readonly #cadence: Cadence;
  readonly #maker: TaskMaker;
  readonly #news = new WakeUp();
  #position: SchedulePosition | undefined;
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
    readonly journal: Journal;
    readonly positions: PositionStore;
    readonly publisher: Publisher;
    readonly tasks: TaskPublisher;
    readonly gate: Gate;
    readonly patience: Patience;
    readonly facts: ScheduleFacts;
  }) {
    this.#source = parts.source;
    this.#config = parts.config;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#positions = parts.positions;
    this.#publisher = parts.publisher;
    this.#tasks = parts.tasks;
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

  /** For how long it has been busy with the journal and the queue; 0 while it waits for the clock. */
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
    const next = this.#cadence.next(Math.max(now, this.#position?.after ?? now));
    return next === undefined ? undefined : this.#maker.shown(next);
  }

  get lastRunAt(): string | undefined {
    const lastRunAt = this.#position?.lastRunAt;
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
      await this.#busily(() => this.#recall(signal));
      for (;;) {
        await unlessAborted(signal, this.#gate.passed());
        const waitMs = await this.#busily(() => this.#turn(signal));
        await this.#news.wait(this.#clock, waitMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #recall(signal: AbortSignal): Promise<void> {
    await this.#patience.insist("Resuming", () => this.#tasks.republishOffered(signal), signal);
    this.#position = await this.#patience.insist("Reading the last run", () => this.#positions.read(), signal);
  }

  /** Resolves with how long to wait for the next one. */
  async #turn(signal: AbortSignal): Promise<number> {
    this.#lastTurnAt = this.#clock.now();
    const now = this.#clock.wallNow();
    const { after } = await this.#stand(now, signal);
    if (this.#isWanted) await this.#startWanted(signal);
    const { missed: policy, maxCatchUp } = this.#config;
    const jitterOf = (plannedAt: number) => this.#maker.jitterOf(plannedAt);
    const { start, leftOut } = dueRuns({ cadence: this.#cadence, after, now, policy, maxCatchUp, jitterOf });
    if (leftOut !== undefined) this.#sayLeftOut(leftOut, start.length);
    await this.#startAll(start, signal);
    if (start.length > 0) return 0;
    if (leftOut !== undefined) await this.#moveTo({ after: leftOut.last }, signal);
    return this.#untilNext();
  }

  /** Where it stands, by the clock as it is now. */
  async #stand(now: number, signal: AbortSignal): Promise<SchedulePosition> {
    const { position, standing } = positionAt(this.#position, { cadence: this.#cadence.text, now });
    if (standing === "known") return position;
    await this.#moveTo(position, signal);
    this.#facts.report(factOf[standing], { nextRunAt: this.nextRunAt ?? "never" });
    return position;
  }

  async #startAll(runs: readonly PlannedRun[], signal: AbortSignal): Promise<void> {
    this.#waiting = runs.length;
    try {
      for (const { plannedAt, missed } of runs) {
        if (missed) this.#missed += 1;
        const draft = this.#maker.planned(plannedAt, this.#clock.wallNow(), missed);
        await this.#start(draft, { after: plannedAt, lastRunAt: plannedAt }, signal);
        this.#waiting -= 1;
      }
    } finally {
      this.#waiting = 0;
    }
  }

  async #startWanted(signal: AbortSignal): Promise<void> {
    this.#isWanted = false;
    const now = this.#clock.wallNow();
    await this.#start(this.#maker.manual(now), { lastRunAt: now }, signal);
  }

  /**
   * Whatever is killed between row and queue: the row has the run's own id, so it is found again and not made twice. Where
   * other runtimes have a journal of their own, they are told first: a run that is killed before its row is lost rather than
   * made by two.
   */
  async #start(draft: TaskDraft, moved: Partial<SchedulePosition>, signal: AbortSignal): Promise<void> {
    const start = async () => {
      const task = this.#publisher.prepare(draft);
      const position = this.#moved(moved);
      await this.#positions.tell(position);
      const [verdict] = await this.#journal.offer([{ task, queue: this.#publisher.queue }]);
      await this.#positions.keep(position);
      this.#position = position;
      if (verdict?.kind === "new" || verdict?.kind === "offered") await this.#tasks.publish(task, signal);
      else
        this.#facts.report("schedule_known", { plannedAt: draft.id.slice(this.#source.length + 1), taskId: task.id });
    };
    await this.#patience.insist("Starting a run", start, signal);
  }

  async #moveTo(moved: Partial<SchedulePosition>, signal: AbortSignal): Promise<void> {
    const move = async () => {
      const position = this.#moved(moved);
      await this.#positions.tell(position);
      await this.#positions.keep(position);
      this.#position = position;
    };
    await this.#patience.insist("Noting the last run", move, signal);
  }

  #moved(moved: Partial<SchedulePosition>): SchedulePosition {
    const { after = this.#clock.wallNow(), ...rest } = { ...this.#position, ...moved };
    return { ...rest, after, cadence: this.#cadence.text };
  }

  #untilNext(): number {
    const now = this.#clock.wallNow();
    const next = this.#cadence.next(this.#position?.after ?? now);
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
