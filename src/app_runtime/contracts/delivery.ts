import type { Brand } from "../base/brand.ts";
import type { Task } from "./task.ts";
import { type AbortReason, TaskAbortedError } from "./task_errors.ts";

/** Proves who holds a task: an ack, nack or burial with a token that is no longer current is refused (fencing). */
export type LeaseToken = Brand<string, "LeaseToken"> | Brand<number, "LeaseToken">;

/** One hand-out of a task to a worker, as the handler sees it. */
export interface Delivery {
  readonly task: Task;
  /** 1 for the first attempt. Interrupted attempts (shutdown) do not count. */
  readonly attempt: number;
  /** Hand-outs before this one whose worker died without settling. */
  readonly crashes: number;
  readonly leaseToken: LeaseToken;
  /** Monotonic milliseconds (Clock.now) until which the task is ours; moved by renewals. */
  readonly leaseUntil: number;
  /** Aborts with a TaskAbortedError when the work must stop. */
  readonly signal: AbortSignal;
}

/** A delivery as queues make it and pools hold it: with the means to renew and to abort. */
export class LeasedDelivery implements Delivery {
  readonly task: Task;
  readonly attempt: number;
  readonly crashes: number;
  readonly leaseToken: LeaseToken;
  #leaseUntil: number;
  #aborted: TaskAbortedError | undefined;
  #controller: AbortController | undefined;

  constructor(parts: {
    readonly task: Task;
    readonly attempt: number;
    readonly crashes: number;
    readonly leaseToken: LeaseToken;
    readonly leaseUntil: number;
  }) {
    this.task = parts.task;
    this.attempt = parts.attempt;
    this.crashes = parts.crashes;
    this.leaseToken = parts.leaseToken;
    this.#leaseUntil = parts.leaseUntil;
  }

  get leaseUntil(): number {
    return this.#leaseUntil;
  }

  /** Made on first use: most handlers never look, and an AbortController costs more than the queue itself. */
  get signal(): AbortSignal {
    this.#controller ??= this.#newController();
    return this.#controller.signal;
  }

  get abortedFor(): AbortReason | undefined {
    return this.#aborted?.reason;
  }

  extendLease(until: number): void {
    this.#leaseUntil = until;
  }

  /** The first reason stays. */
  abort(reason: AbortReason): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = new TaskAbortedError(this.task.id, reason);
    this.#controller?.abort(this.#aborted);
  }

  #newController(): AbortController {
    const controller = new AbortController();
    if (this.#aborted !== undefined) controller.abort(this.#aborted);
    return controller;
  }
}
