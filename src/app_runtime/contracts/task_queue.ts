import { RuntimeError } from "../base/runtime_error.ts";
import type { DeadLetter, DeadLetterReason } from "./dead_letter.ts";
import type { LeasedDelivery } from "./delivery.ts";
import type { Task, TaskId } from "./task.ts";

/** What a queue can promise. A config that asks for more than its adapter claims is refused. */
export const queueCapabilities = [
  "survives-crash",
  "shared-by-processes",
  "order-key",
  "group-limit",
  "priority",
  "delay",
  "deduplication",
  "rate-limit",
] as const;

export type QueueCapability = (typeof queueCapabilities)[number];

export type PublishResult = "stored" | "duplicate";

/** Counts now, and totals since the queue was opened. Ages in milliseconds. */
export interface QueueStats {
  /** Ready or held back by a key, a group, a rate or a pause. */
  readonly waiting: number;
  /** Waiting for their time: delay or retry. */
  readonly delayed: number;
  readonly leased: number;
  readonly dead: number;
  readonly capacity: number;
  readonly paused: boolean;
  /** How long the oldest task that could run has waited; 0 when none waits. */
  readonly oldestWaitingMs: number;
  /** Clock.now() of the last hand-out. */
  readonly lastPickupAt?: number;
  readonly published: number;
  readonly duplicates: number;
  readonly acked: number;
  readonly retried: number;
  /** Why tasks can neither be stored nor handed out now, as a sentence; absent while they can. */
  readonly trouble?: string;
}

/** The same for every adapter; set by `queues.<name>` in the config. */
export interface QueueSettings {
  /** `publish` waits while this many tasks are waiting, delayed or leased. */
  readonly capacity: number;
  readonly leaseMs: number;
  /** How many tasks of one group may run at once. */
  readonly groupLimit: number;
  /** At most `tasks` hand-outs within any `perMs`. */
  readonly rateLimit?: { readonly tasks: number; readonly perMs: number };
  /** How many ids of finished tasks are remembered, so that a late duplicate is recognised. */
  readonly rememberFinished: number;
  /** The oldest dead letters beyond this many are dropped, and said so. */
  readonly maxDeadLetters: number;
}

/**
 * A place where tasks wait for a worker. Delivery is at-least-once: a delivery that is neither acked, nacked, buried nor renewed within
 * its lease is handed out again. Every adapter passes `taskQueuePromises` of app_runtime/testing. Source: seed 003, "TaskQueue".
 */
export interface TaskQueue {
  readonly name: string;
  readonly capabilities: ReadonlySet<QueueCapability>;
  /** Its answers come through a socket, which a saturated event loop looks at late; then workers lease tasks ahead. */
  readonly isRemote?: true;
  open(): Promise<void>;
  /** Ends every consumer and every waiting publish; what is stored stays as the adapter can keep it. Idempotent. */
  close(): Promise<void>;

  /**
   * Resolves once the queue has the task (it is then *accepted*); waits while the queue is full: that is the backpressure.
   * A task whose id it holds or remembers is a `duplicate`.
   * @throws {QueueClosedError} after close(), or the signal's reason when `signal` aborts while waiting.
   */
  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult>;
  /** Like publish, but answers `full` instead of waiting. */
  tryPublish(task: Task): Promise<PublishResult | "full">;

  /**
   * Yields deliveries until `signal` aborts or the queue closes. One consumer may be asked by `concurrency` workers at once;
   * nothing is handed out before somebody asks.
   */
  consume(options: {
    readonly signal: AbortSignal;
    readonly concurrency: number;
  }): AsyncIterableIterator<LeasedDelivery>;

  /** The task is finished. @throws {LeaseLostError} when the delivery no longer holds it. */
  ack(delivery: LeasedDelivery): Promise<void>;
  /**
   * Gives the task back, to be handed out again after `retryDelayMs`. With `burnAttempt: false` (shutdown, outage) the next
   * delivery has the same attempt number. @throws {LeaseLostError}
   */
  nack(delivery: LeasedDelivery, options: NackOptions): Promise<void>;
  /** Gives the task up; frees its order key. @throws {LeaseLostError} */
  deadLetter(delivery: LeasedDelivery, reason: DeadLetterReason, detail: string): Promise<void>;
  /** Extends the leases that are still held, in bulk, and returns the deliveries that have lost theirs. */
  renew(deliveries: readonly LeasedDelivery[]): Promise<readonly LeasedDelivery[]>;

  /**
   * Forgets every task and dead letter of `source`, as if they had never been published: another runtime works it now. What
   * is handed out of them has lost its lease. Finished ids stay remembered.
   */
  withdraw(source: string): Promise<void>;

  /** No new hand-outs until resume(); publishing goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stats(): QueueStats;

  /** Newest first. */
  listDeadLetters(options: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]>;
  findDeadLetter(id: TaskId): Promise<DeadLetter | undefined>;
  /** Back into the queue as attempt 1, whatever the capacity. @throws {DeadLetterUnknownError} */
  retryDeadLetter(id: TaskId): Promise<void>;
  /** Forgets the letter. @throws {DeadLetterUnknownError} */
  discardDeadLetter(id: TaskId): Promise<void>;
}

export interface NackOptions {
  readonly retryDelayMs: number;
  readonly burnAttempt: boolean;
  /** No handler has seen it: its crashes stay counted. Goes with neither a delay nor a burnt attempt. */
  readonly unopened?: true;
  readonly reason: string;
}

/** We finished too late: the lease ran out and another worker may already hold this task. */
export class LeaseLostError extends RuntimeError {
  readonly code = "QUEUE_LEASE_LOST";

  constructor(queue: string, taskId: string) {
    super(
      `The delivery of task ${taskId} no longer holds its lease in queue "${queue}"; the result was not recorded. Split the handler or raise queues.${queue}.lease.`,
    );
  }
}

export class QueueClosedError extends RuntimeError {
  readonly code = "QUEUE_CLOSED";

  constructor(queue: string) {
    super(`Queue "${queue}" is closed: the runtime is stopping or the queue was removed from the config.`);
  }
}

/** There is no room in the queue now, and the caller did not want to wait. */
export class QueueFullError extends RuntimeError {
  readonly code = "QUEUE_FULL";

  constructor(queue: string) {
    super(`Queue "${queue}" is full. Try again when its workers have caught up, or raise queues.${queue}.capacity.`);
  }
}
