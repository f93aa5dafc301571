import type { LeasedDelivery } from "../contracts/delivery.ts";
import { FollowUpRefusedError } from "../contracts/follow_up.ts";
import type { JournalOffer, UnitOfWork } from "../contracts/journal.ts";
import type { TaskId } from "../contracts/task.ts";
import { isLoss } from "../contracts/task_errors.ts";

/** One transaction carries them, and one thread writes them. */
const mostFollowUps = 1_000;
const none: readonly JournalOffer[] = [];

/** The unit of work of one delivery: open while the worker holds it, closed for ever once it let go. */
export class DeliveryUnitOfWork implements UnitOfWork {
  readonly #delivery: LeasedDelivery;
  readonly #onFollowUps: (committed: readonly JournalOffer[]) => void;
  #journaled: boolean;
  #followUps: JournalOffer[] | undefined;
  #taken = false;
  #committed = false;
  #closed = false;

  constructor(delivery: LeasedDelivery, journaled: boolean, onFollowUps: (committed: readonly JournalOffer[]) => void) {
    this.#delivery = delivery;
    this.#journaled = journaled;
    this.#onFollowUps = onFollowUps;
  }

  get taskId(): TaskId {
    return this.#delivery.task.id;
  }

  get journaled(): boolean {
    return this.#journaled;
  }

  /** The journal has told: its source, which nobody here knows, keeps no rows. */
  hasNoRow(): void {
    this.#journaled = false;
  }

  get open(): boolean {
    return !this.#closed && !isLoss(this.#delivery.abortedFor);
  }

  /** The handler's own transaction carried `done`. */
  get isCommitted(): boolean {
    return this.#committed && this.#journaled;
  }

  /** Nothing has carried them yet. */
  get hasFollowUps(): boolean {
    return this.#followUps !== undefined && !this.#committed;
  }

  /** @throws {FollowUpRefusedError} */
  add(followUp: JournalOffer): void {
    const refusal = this.#refusal(followUp.task.id);
    if (refusal !== undefined) throw new FollowUpRefusedError(followUp.task.id, refusal);
    this.#followUps ??= [];
    this.#followUps.push(followUp);
  }

  takeFollowUps(): readonly JournalOffer[] {
    this.#taken = true;
    return this.#followUps ?? none;
  }

  committed(): void {
    this.#committed = true;
    if (this.#followUps !== undefined) this.#onFollowUps(this.#followUps);
  }

  close(): void {
    this.#closed = true;
  }

  #refusal(followUp: TaskId): string | undefined {
    const { taskId } = this;
    if (followUp === taskId)
      return 'it has the id of the task it follows. Give it one of its own: "invoice:" + task.id.';
    if (!this.open) return `task ${taskId} is no longer this worker's to finish.`;
    if (this.#taken) return `the transaction of task ${taskId} has begun without it. Add it before.`;
    if (this.#followUps?.length === mostFollowUps) return `task ${taskId} has ${mostFollowUps} of them already.`;
    return undefined;
  }
}
