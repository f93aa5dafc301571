import type { LeasedDelivery } from "../contracts/delivery.ts";
import type { UnitOfWork } from "../contracts/journal.ts";
import type { TaskId } from "../contracts/task.ts";
import { isLoss } from "../contracts/task_errors.ts";

/** The unit of work of one delivery: open while the worker holds it, closed for ever once it let go. */
export class DeliveryUnitOfWork implements UnitOfWork {
  readonly journaled: boolean;
  readonly #delivery: LeasedDelivery;
  #committed = false;
  #closed = false;

  constructor(delivery: LeasedDelivery, journaled: boolean) {
    this.#delivery = delivery;
    this.journaled = journaled;
  }

  get taskId(): TaskId {
    return this.#delivery.task.id;
  }

  get open(): boolean {
    return !this.#closed && !isLoss(this.#delivery.abortedFor);
  }

  /** The handler's own transaction carried `done`. */
  get isCommitted(): boolean {
    return this.#committed;
  }

  committed(): void {
    this.#committed = true;
  }

  close(): void {
    this.#closed = true;
  }
}
