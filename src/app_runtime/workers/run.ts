import type { DeadLetterReason } from "../contracts/dead_letter.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";
import type { JournalOffer } from "../contracts/journal.ts";
import type { TaskDraft, TaskId } from "../contracts/task.ts";
import { AnswerInvalidError } from "../contracts/task_errors.ts";
import type { Outcome, TaskContext } from "../contracts/task_handler.ts";
import type { PublishResult } from "../contracts/task_queue.ts";
import type { Trace } from "../contracts/trace_factory.ts";
import { DeliveryUnitOfWork } from "./delivery_unit_of_work.ts";

/** How the work on a delivery came to an end. */
export type Ending =
  | { readonly kind: "answered"; readonly outcome: Outcome }
  | { readonly kind: "threw"; readonly error: unknown }
  /** The handler did not stop within its grace; it may still be running, but nobody waits for it. */
  | { readonly kind: "abandoned" }
  /** Not run at all: a delivery before this one has finished it. */
  | { readonly kind: "done-before" }
  /** Not run at all: it was given up before, or it kills whoever holds it. */
  | { readonly kind: "given-up"; readonly reason: DeadLetterReason; readonly detail: string };

/** How handlers make new tasks, each in the trace of the task it comes from. */
export interface HandlerOutlet {
  /** At once; stops waiting for room when `signal` aborts. */
  publish(queue: string, draft: TaskDraft, trace: Trace, signal: AbortSignal): Promise<PublishResult>;
  /** Only makes the task. @throws {UnitUnknownError}, {TaskInvalidError}, {PartMissingError} */
  prepareFollowUp(queue: string, draft: TaskDraft, trace: Trace): JournalOffer;
  /** The handler of `taskId` asked for it after its end: nobody will make it. Never throws. */
  missedFollowUp(followUp: JournalOffer, taskId: TaskId): void;
  /** The journal has them: they may go into their queues. Never throws. */
  releaseFollowUps(committed: readonly JournalOffer[]): void;
}

/** One delivery being worked on, from the hand-out until its outcome is recorded; to its handler it is the TaskContext. */
export class Run implements TaskContext {
  readonly delivery: LeasedDelivery;
  readonly trace: Trace;
  readonly unitOfWork: DeliveryUnitOfWork;
  /** Clock.now(); time limits count from here. */
  startedAt: number;
  /** It waits for its turn among the suspects of a crash; its time has not begun. */
  waits = false;
  /** When it was told to stop; Clock.now(). */
  abortedAt: number | undefined;
  /** The handler has ended, or nobody waits for it any more; what is left is to record it. */
  ended = false;
  /** Its turn among the suspects of a crash; disposed when it has been handled. */
  turn: Disposable | undefined;
  readonly #outlet: HandlerOutlet;
  #end: ((ending: Ending) => void) | undefined;

  constructor(parts: {
    readonly delivery: LeasedDelivery;
    readonly trace: Trace;
    readonly journaled: boolean;
    readonly outlet: HandlerOutlet;
    readonly startedAt: number;
  }) {
    this.delivery = parts.delivery;
    this.trace = parts.trace;
    this.startedAt = parts.startedAt;
    this.#outlet = parts.outlet;
    this.unitOfWork = new DeliveryUnitOfWork(parts.delivery, parts.journaled, parts.outlet.releaseFollowUps);
  }

  get signal(): AbortSignal {
    return this.delivery.signal;
  }

  publish(queue: string, draft: TaskDraft): Promise<PublishResult> {
    return this.#outlet.publish(queue, draft, this.trace, this.signal);
  }

  followUp(queue: string, draft: TaskDraft): TaskId {
    const followUp = this.#outlet.prepareFollowUp(queue, draft, this.trace);
    try {
      this.unitOfWork.add(followUp);
    } catch (error) {
      // Whoever waited for the handler is gone, and so is whoever would see it throw.
      if (this.ended) this.#outlet.missedFollowUp(followUp, this.unitOfWork.taskId);
      throw error;
    }
    return followUp.task.id;
  }

  /** Waits for the handler, or for `abandon`, whichever comes first. */
  ending(answer: PromiseLike<Outcome>): Promise<Ending> {
    return new Promise((resolve) => {
      this.#end = resolve;
      answer.then(
        (outcome) => resolve(this.answered(outcome)),
        (error: unknown) => resolve({ kind: "threw", error }),
      );
    });
  }

  /** The same for work that begins before its handler is called. */
  endingOf(work: Promise<Ending>): Promise<Ending> {
    return new Promise((resolve) => {
      this.#end = resolve;
      work.then(resolve, (error: unknown) => resolve({ kind: "threw", error }));
    });
  }

  /** The ending of a handler that answered. */
  answered(outcome: Outcome): Ending {
    if (isOutcome(outcome)) return { kind: "answered", outcome };
    return { kind: "threw", error: new AnswerInvalidError(this.delivery.task.id, outcome) };
  }

  /** Stops waiting. What the handler still commits is refused, because its unit of work is closed. */
  abandon(): void {
    this.ended = true;
    this.unitOfWork.close();
    this.#end?.({ kind: "abandoned" });
  }
}

/** Handlers may be written in JavaScript, or in Lua: what they return is only as good as their author. */
function isOutcome(answer: Outcome | null | undefined): boolean {
  const kind = answer?.kind;
  if (kind !== "retry") return kind === "done" || kind === "reject";
  // `Number(header) * 1000` is NaN sooner or later, and a delay that is no time would never be due.
  const { delayMs = 0 } = answer as { readonly delayMs?: unknown };
  return typeof delayMs === "number" && Number.isFinite(delayMs) && delayMs >= 0;
}
