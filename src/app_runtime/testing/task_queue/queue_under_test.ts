import type { RuntimeEventBody } from "../../contracts/runtime_event.ts";
import type { QueueCapability, QueueSettings, TaskQueue } from "../../contracts/task_queue.ts";

/** The clock that a queue under test goes by. ManualClock is one; for a queue that tells the time itself, write one that waits. */
export interface SuiteClock {
  now(): number;
  wallNow(): number;
  /** Lets `ms` pass and the queue act upon it; 0 only lets it act upon what has been asked so far. */
  advance(ms: number): Promise<void>;
}

export interface QueueUnderTest {
  /** Open and empty. */
  readonly queue: TaskQueue;
  readonly clock: SuiteClock;
  /** What the queue has emitted so far. */
  readonly events: readonly RuntimeEventBody[];
  /** Opens the same stored tasks once more, as another node process would; for those that claim to survive or to be shared. */
  another?(): Promise<TaskQueue>;
  /**
   * Ends one of these queues as a kill of its node process would: nothing it holds is settled or given back, its leases run
   * out. For those that claim to survive or to be shared.
   */
  crash?(queue: TaskQueue): Promise<void>;
  /** Called when the case is over, also when it failed. Its queues may be closed already; it closes all of them. */
  close(): Promise<void>;
}

/** Makes a queue with these settings that nobody else uses. */
export type OpenQueue = (options: { readonly settings: QueueSettings }) => Promise<QueueUnderTest>;

/**
 * One thing every TaskQueue promises, as a plain case for any test runner:
 * `for (const promise of taskQueuePromises) test(promise.name, () => promise.run(open))`.
 */
export interface TaskQueuePromise {
  readonly name: string;
  /** Skip the case when the adapter does not claim one of these. */
  readonly needs: readonly QueueCapability[];
  /**
   * @param options limitMs in real milliseconds, 10 s unless told: a broken queue may make its users wait for ever.
   * @throws {AssertionError} when the promise is broken.
   */
  run(open: OpenQueue, options?: { readonly limitMs?: number }): Promise<void>;
}
