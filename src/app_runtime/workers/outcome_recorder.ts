import type { Clock } from "../base/clock.ts";
import { failureClassOf, messageOf } from "../base/runtime_error.ts";
import type { DeadLetterReason } from "../contracts/dead_letter.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";
import { FollowUpIdTakenError } from "../contracts/follow_up.ts";
import { type Journal, UnitOfWorkClosedError } from "../contracts/journal.ts";
import { LeaseFencedError } from "../contracts/lease.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import { isLoss } from "../contracts/task_errors.ts";
import type { Outcome } from "../contracts/task_handler.ts";
import { LeaseLostError, type TaskQueue } from "../contracts/task_queue.ts";
import { decideRetry, type RetryPolicy } from "../queue/api.ts";
import type { DeliveryUnitOfWork } from "./delivery_unit_of_work.ts";
import type { OutageBrake } from "./outage_brake.ts";
import type { Ending, Run } from "./run.ts";

/** What becomes of a run. */
type Verdict =
  | { readonly kind: "done" }
  | { readonly kind: "retry"; readonly reason: string; readonly askedDelayMs?: number }
  | { readonly kind: "dead"; readonly reason: DeadLetterReason; readonly detail: string }
  /** Goes back without burning an attempt: interrupted is not failed. */
  | {
      readonly kind: "requeue";
      readonly reason: "shutdown" | "outage";
      readonly delayMs: number;
      readonly detail: string;
    }
  /** Somebody else holds it now; nothing may be recorded. */
  | { readonly kind: "lost" };

/** Records how runs ended: first in the journal, then in the queue, so that a crash in between repeats and never loses. */
export class OutcomeRecorder {
  readonly #unit: string;
  readonly #queue: TaskQueue;
  readonly #journal: Journal | undefined;
  readonly #retry: RetryPolicy;
  readonly #brake: OutageBrake;
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #random: () => number;

  constructor(parts: {
    readonly unit: string;
    readonly queue: TaskQueue;
    readonly journal: Journal | undefined;
    readonly retry: RetryPolicy;
    readonly brake: OutageBrake;
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly random: () => number;
  }) {
    this.#unit = parts.unit;
    this.#queue = parts.queue;
    this.#journal = parts.journal;
    this.#retry = parts.retry;
    this.#brake = parts.brake;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#random = parts.random;
  }

  /** Never throws: what cannot be recorded is reported, and the task is given back, or comes back when its lease runs out. */
  async record(run: Run, ending: Ending): Promise<void> {
    run.unitOfWork.close();
    try {
      const judged = this.#judge(run, ending);
      const verdict = judged instanceof Promise ? await judged : judged;
      if (verdict.kind === "done") await this.#finish(run);
      else await this.#carryOut(run, verdict);
      if (provesThatItWorks(ending, verdict)) this.#brake.succeeded();
    } catch (error) {
      await this.#recordFailed(run, ending, error);
    }
  }

  /** Puts back what was taken but not begun; like record, it never throws. */
  async giveBack(delivery: LeasedDelivery, reason: string): Promise<void> {
    try {
      await this.#queue.nack(delivery, { retryDelayMs: this.#brake.retryDelayMs(), burnAttempt: false, reason });
    } catch (error) {
      this.#tellFailure(delivery, error);
    }
  }

  /** The same for what no worker was free for. */
  async giveBackUnopened(delivery: LeasedDelivery): Promise<void> {
    const reason = "no worker was free for it";
    try {
      await this.#queue.nack(delivery, { retryDelayMs: 0, burnAttempt: false, unopened: true, reason });
    } catch (error) {
      // Its lease has run out meanwhile, and somebody else has it.
      if (!(error instanceof LeaseLostError)) this.#tellFailure(delivery, error);
    }
  }

  /** Not the task's fault, so it burns no attempt, and must not look like a crash. */
  async #recordFailed(run: Run, ending: Ending, error: unknown): Promise<void> {
    run.trace.fail(error);
    this.#tellFailure(run.delivery, error);
    if (error instanceof LeaseLostError || error instanceof LeaseFencedError) return;
    if (ending.kind === "answered" && failureClassOf(error) === "outage") this.#brake.failed(messageOf(error));
    await this.giveBack(run.delivery, messageOf(error));
  }

  #tellFailure({ task }: LeasedDelivery, error: unknown): void {
    this.#events.emit({ kind: "task.record_failed", unit: this.#unit, taskId: task.id, error: messageOf(error) });
  }

  /** Only an error may need a look at the journal; an answer is judged at once. */
  #judge(run: Run, ending: Ending): Verdict | Promise<Verdict> {
    const aborted = run.delivery.abortedFor;
    if (isLoss(aborted)) return { kind: "lost" };
    if (ending.kind === "answered" && ending.outcome.kind === "done") return { kind: "done" };
    if (ending.kind === "done-before" || run.unitOfWork.isCommitted) return { kind: "done" };
    if (ending.kind === "given-up") return { kind: "dead", reason: ending.reason, detail: ending.detail };
    if (aborted === "shutdown") return { kind: "requeue", reason: "shutdown", delayMs: 0, detail: "shutdown" };
    if (ending.kind === "abandoned") return { kind: "retry", reason: "The handler did not stop within its grace." };
    if (ending.kind === "threw") return this.#judgeError(run, ending.error);
    return judgeAnswer(ending.outcome);
  }

  async #judgeError(run: Run, error: unknown): Promise<Verdict> {
    // Its source has just been lost, and with it the task: whoever keeps the lease will hear of it and withdraw the rest.
    if (error instanceof LeaseFencedError) return { kind: "lost" };
    run.trace.fail(error);
    if (error instanceof UnitOfWorkClosedError && (await this.#isDone(run))) return { kind: "done" };
    const detail = messageOf(error);
    switch (failureClassOf(error)) {
      case "permanent":
        return { kind: "dead", reason: "rejected", detail };
      case "outage":
        this.#brake.failed(detail);
        return { kind: "requeue", reason: "outage", delayMs: this.#brake.retryDelayMs(), detail };
      case "transient":
        return { kind: "retry", reason: detail };
    }
  }

  /** A delivery before this one has finished the task after all. */
  async #isDone(run: Run): Promise<boolean> {
    return (await this.#journal?.find(run.unitOfWork.taskId))?.state === "done";
  }

  #carryOut(run: Run, verdict: Exclude<Verdict, { readonly kind: "done" }>): Promise<void> | undefined {
    switch (verdict.kind) {
      case "retry":
        return this.#tryAgain(run, verdict.reason, verdict.askedDelayMs);
      case "dead":
        return this.#bury(run, verdict.reason, verdict.detail);
      case "requeue":
        return this.#requeue(run, verdict.reason, verdict.delayMs, verdict.detail);
      case "lost":
        return undefined;
    }
  }

  /** The way nearly every task goes: without a journal row to write, the queue's own promise is the only one it takes. */
  #finish(run: Run): Promise<void> {
    const { unitOfWork } = run;
    const unwritten = (unitOfWork.journaled && !unitOfWork.isCommitted) || unitOfWork.hasFollowUps;
    return unwritten ? this.#finishInJournal(run) : this.#ack(run);
  }

  async #finishInJournal(run: Run): Promise<void> {
    const { unitOfWork } = run;
    try {
      if (unitOfWork.hasFollowUps) await this.#offerFollowUps(unitOfWork);
      else await this.#journal?.done(unitOfWork.taskId);
    } catch (error) {
      // It would be refused at each attempt.
      if (error instanceof FollowUpIdTakenError) return await this.#bury(run, "rejected", error.message);
      throw error;
    }
    await this.#ack(run);
  }

  async #offerFollowUps(unitOfWork: DeliveryUnitOfWork): Promise<void> {
    const alsoDone = unitOfWork.journaled ? unitOfWork.taskId : undefined;
    const isWritten = await this.#journal?.offerFollowUps(unitOfWork.takeFollowUps(), alsoDone);
    if (isWritten === true) unitOfWork.committed();
  }

  async #ack(run: Run): Promise<void> {
    await this.#queue.ack(run.delivery);
    if (!this.#events.heard) return;
    const { taskId } = run.unitOfWork;
    const tookMs = this.#clock.now() - run.startedAt;
    this.#events.emit({ kind: "task.done", unit: this.#unit, taskId, tookMs, traceId: run.trace.traceId });
  }

  async #tryAgain(run: Run, reason: string, askedDelayMs: number | undefined): Promise<void> {
    const { attempt } = run.delivery;
    const decision = decideRetry(this.#retry, attempt, askedDelayMs, this.#random);
    if (decision.kind === "exhausted") {
      return await this.#bury(run, "exhausted", `${attempt} attempts failed; the last one: ${reason}`);
    }
    const { taskId, journaled } = run.unitOfWork;
    if (journaled) await this.#journal?.handBack(taskId);
    const { delayMs } = decision;
    await this.#queue.nack(run.delivery, { retryDelayMs: delayMs, burnAttempt: true, reason });
    this.#events.emit({
      kind: "task.retried",
      unit: this.#unit,
      taskId,
      attempt,
      delayMs,
      reason,
      traceId: run.trace.traceId,
    });
  }

  async #bury(run: Run, reason: DeadLetterReason, detail: string): Promise<void> {
    const { taskId, journaled } = run.unitOfWork;
    run.trace.fail(detail);
    const found = journaled ? await this.#journal?.dead(taskId, reason, detail, run.delivery.attempt) : undefined;
    if (found === "done") return await this.#ack(run); // its commit came through after all
    await this.#queue.deadLetter(run.delivery, reason, detail);
    this.#events.emit({
      kind: "task.dead_lettered",
      unit: this.#unit,
      taskId,
      reason,
      detail,
      traceId: run.trace.traceId,
    });
  }

  async #requeue(run: Run, reason: "shutdown" | "outage", delayMs: number, detail: string): Promise<void> {
    const { taskId, journaled } = run.unitOfWork;
    if (journaled) await this.#journal?.handBack(taskId);
    await this.#queue.nack(run.delivery, { retryDelayMs: delayMs, burnAttempt: false, reason: detail });
    this.#events.emit({ kind: "task.requeued", unit: this.#unit, taskId, reason, traceId: run.trace.traceId });
  }
}

/** A retry proves nothing, nor does a task whose handler was never called. */
function provesThatItWorks(ending: Ending, verdict: Verdict): boolean {
  const hasRun = ending.kind === "answered" || ending.kind === "threw";
  return hasRun && (verdict.kind === "done" || verdict.kind === "dead");
}

function judgeAnswer(outcome: Outcome): Verdict {
  if (outcome.kind === "done") return { kind: "done" };
  if (outcome.kind === "reject") return { kind: "dead", reason: "rejected", detail: outcome.reason };
  const { reason, delayMs } = outcome;
  return delayMs === undefined ? { kind: "retry", reason } : { kind: "retry", reason, askedDelayMs: delayMs };
}
