import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";
import { type Journal, JournalRowMissingError } from "../contracts/journal.ts";
import { LeaseFencedError } from "../contracts/lease.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { TaskId } from "../contracts/task.ts";
import type { Outcome, TaskHandler } from "../contracts/task_handler.ts";
import type { TaskQueue } from "../contracts/task_queue.ts";
import type { TraceFactory } from "../contracts/trace_factory.ts";
import { CrashSuspects } from "./crash_suspects.ts";
import type { InFlight } from "./in_flight.ts";
import type { LeaseKeeper } from "./lease_keeper.ts";
import type { OutcomeRecorder } from "./outcome_recorder.ts";
import type { Pace } from "./pace.ts";
import { type Ending, type HandlerOutlet, Run } from "./run.ts";

export interface RunnerParts {
  readonly unit: string;
  readonly queue: TaskQueue;
  readonly handler: TaskHandler;
  readonly maxCrashes: number;
  readonly inFlight: InFlight;
  readonly leases: LeaseKeeper;
  readonly recorder: OutcomeRecorder;
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly traces: TraceFactory;
  readonly journal: Journal | undefined;
  readonly isJournaled: (source: string) => boolean | undefined;
  readonly outlet: HandlerOutlet;
  readonly pace: Pace | undefined;
}

/** Failures in a row, with the latest reason. */
export interface FailureStreak {
  readonly length: number;
  readonly reason: string;
}

/** How many ended tasks are remembered as suspects. */
const remembered = 16;

/** The life of one delivery: begin, ask the journal, call the handler, record the outcome. */
export class TaskRunner {
  readonly #parts: RunnerParts;
  readonly #suspects: CrashSuspects;
  #done = 0;
  #failed = 0;
  #streak: FailureStreak | undefined;
  #lastTurnAt: number;
  /** The last few that ended: whoever blocked the event loop has usually ended before anybody else gets a turn. */
  readonly #recent: { readonly id: TaskId; readonly endedAt: number }[] = [];
  #ended = 0;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    const { journal, queue } = parts;
    this.#suspects = new CrashSuspects({ journal, queue: queue.name });
    this.#lastTurnAt = parts.clock.now();
  }

  get done(): number {
    return this.#done;
  }

  get failed(): number {
    return this.#failed;
  }

  /** The runs that have failed since the last one that was done. */
  get streak(): FailureStreak | undefined {
    return this.#streak;
  }

  /** Clock.now() when a delivery last began or ended. */
  get lastTurnAt(): number {
    return this.#lastTurnAt;
  }

  /** Ids of the tasks that were being handled at any moment since `since` (Clock.now). */
  tasksSince(since: number): readonly TaskId[] {
    const ended = this.#recent.filter((task) => task.endedAt >= since).map((task) => task.id);
    return [...[...this.#parts.inFlight].map((run) => run.delivery.task.id), ...ended];
  }

  /** Resolves when its outcome is recorded; `onEnded` is told when there is only that left to do. */
  async process(delivery: LeasedDelivery, onEnded?: () => void): Promise<void> {
    const { inFlight, recorder, clock, pace } = this.#parts;
    const run = this.#begin(delivery);
    try {
      const ending = await this.#work(run);
      run.ended = true;
      pace?.ended(delivery.task, clock.now() - run.startedAt);
      onEnded?.();
      await recorder.record(run, ending);
      if (!tookSourceAway(run, ending)) this.#count(ending);
    } finally {
      run.turn?.[Symbol.dispose]();
      inFlight.remove(run);
      run.trace.end();
      this.#lastTurnAt = clock.now();
      this.#recent[this.#ended % remembered] = { id: delivery.task.id, endedAt: this.#lastTurnAt };
      this.#ended += 1;
    }
  }

  #begin(delivery: LeasedDelivery): Run {
    const { clock, traces, journal, isJournaled, queue, events, unit, inFlight, leases, outlet } = this.#parts;
    const { task, attempt } = delivery;
    const trace = traces.process(queue.name, task, attempt);
    const journaled = journal !== undefined && isJournaled(task.source) !== false;
    const run = new Run({ delivery, trace, journaled, outlet, startedAt: clock.now() });
    this.#lastTurnAt = run.startedAt;
    inFlight.add(run);
    leases.watch();
    if (events.heard) events.emit({ kind: "task.started", unit, taskId: task.id, attempt, traceId: trace.traceId });
    return run;
  }

  #work(run: Run): Promise<Ending> | Ending {
    const { journal, maxCrashes } = this.#parts;
    if (run.unitOfWork.journaled && journal !== undefined) {
      return run.endingOf(this.#workJournaled(run, journal));
    }
    const { crashes } = run.delivery;
    if (crashes === 0) return this.#attempt(run);
    return crashes < maxCrashes ? run.endingOf(this.#workSuspect(run)) : crashLooping(crashes);
  }

  async #workSuspect(run: Run): Promise<Ending> {
    await this.#waitForTurn(run);
    return await this.#attempt(run);
  }

  /** The journal is asked before the handler is called: a task that kills its node process must be counted before it does. */
  async #workJournaled(run: Run, journal: Journal): Promise<Ending> {
    const refusal = await this.#refusal(run, journal);
    if (refusal !== undefined) return refusal;
    if (run.delivery.abortedFor !== undefined) return { kind: "threw", error: run.signal.reason };
    return await this.#attempt(run);
  }

  /** How it ends without being run. */
  async #refusal(run: Run, journal: Journal): Promise<Ending | undefined> {
    const { taskId } = run.unitOfWork;
    if (this.#suspects.mayInclude(run.delivery)) await this.#waitForTurn(run);
    const { state, handOuts } = await journal.handOut(taskId);
    switch (state) {
      case undefined:
        if (this.#parts.isJournaled(run.delivery.task.source)) throw new JournalRowMissingError(taskId);
        run.unitOfWork.hasNoRow();
        return this.#quarantine(run.delivery.crashes);
      case "done":
        return { kind: "done-before" };
      case "dead": {
        const row = await journal.find(taskId);
        return { kind: "given-up", reason: row?.reason ?? "rejected", detail: row?.detail ?? "" };
      }
      case "offered":
        return this.#quarantine(Math.max(run.delivery.crashes, handOuts - 1));
    }
  }

  #quarantine(crashes: number): Ending | undefined {
    return crashes < this.#parts.maxCrashes ? undefined : crashLooping(crashes);
  }

  /** Before the hand-out is counted: a death while it only waits is none of its doing. @throws when told to stop meanwhile. */
  async #waitForTurn(run: Run): Promise<void> {
    run.waits = true;
    try {
      run.turn = await this.#suspects.turn(run.delivery);
    } finally {
      run.waits = false;
    }
    run.startedAt = this.#parts.clock.now();
    run.signal.throwIfAborted();
  }

  /** Not async itself: the promise of the run is the only one an attempt needs. */
  #attempt(run: Run): Promise<Ending> | Ending {
    try {
      const answer = this.#parts.handler.handle(run.delivery.task, run);
      return isPending(answer) ? run.ending(answer) : run.answered(answer);
    } catch (error) {
      return { kind: "threw", error };
    }
  }

  #count(ending: Ending): void {
    if (ending.kind === "done-before" || (ending.kind === "answered" && ending.outcome.kind === "done")) {
      this.#done += 1;
      this.#streak = undefined;
    } else {
      this.#failed += 1;
      this.#streak = { length: (this.#streak?.length ?? 0) + 1, reason: reasonOf(ending) };
    }
  }
}

/** Another runtime works its source now: that says nothing about the handler. */
function tookSourceAway({ delivery }: Run, ending: Ending): boolean {
  return delivery.abortedFor === "source-lost" || (ending.kind === "threw" && ending.error instanceof LeaseFencedError);
}

function reasonOf(ending: Ending): string {
  switch (ending.kind) {
    case "answered":
      return ending.outcome.kind === "done" ? "" : ending.outcome.reason;
    case "threw":
      return messageOf(ending.error);
    case "abandoned":
      return "it did not stop within its grace";
    case "given-up":
      return ending.detail;
    case "done-before":
      return "";
  }
}

function crashLooping(crashes: number): Ending {
  const detail = `Its node process died ${crashes} times while it was being handled.`;
  return { kind: "given-up", reason: "crash-looping", detail };
}

/** Any thenable: a promise of another realm is no instance of ours. */
function isPending(answer: Promise<Outcome> | Outcome): answer is Promise<Outcome> {
  return typeof (answer as { readonly then?: unknown } | null | undefined)?.then === "function";
}
