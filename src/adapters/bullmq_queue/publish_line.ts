import type { Clock } from "../../app_runtime/base/clock.ts";
import type { Task } from "../../app_runtime/contracts/task.ts";
import type { PublishResult } from "../../app_runtime/contracts/task_queue.ts";
import type { EncodedTask } from "./task_codec.ts";

export type StoreResult = PublishResult | "full";

interface Waiting extends EncodedTask {
  readonly resolve: (result: PublishResult) => void;
  readonly reject: (reason: unknown) => void;
  readonly signal: AbortSignal | undefined;
  /** Redis has been asked, so it may be stored: nobody can give up now. */
  sent: boolean;
}

/** At most so many tasks in one script, and so many characters of them, unless one alone has more. */
const batchSize = 100;
const batchCharacters = 1_000_000;
const firstRetryMs = 20;
const longestRetryMs = 250;

/**
 * Publishers in the order they came. Those that come within one turn of the event loop go to Redis together; while the queue
 * is full they wait, and ask again when a task is finished here, or after a while, because others finish tasks, too.
 */
export class PublishLine {
  readonly #store: (tasks: readonly EncodedTask[]) => Promise<readonly StoreResult[]>;
  readonly #clock: Clock;
  #line: Waiting[] = [];
  #state: "idle" | "due" | "sending" | "full" = "idle";
  #retryMs = firstRetryMs;
  #timer: Disposable | undefined;
  #roomWhileSending = false;
  /** The last answer left somebody waiting. */
  #full = false;
  #closed = false;

  constructor(parts: {
    readonly store: (tasks: readonly EncodedTask[]) => Promise<readonly StoreResult[]>;
    readonly clock: Clock;
  }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** Publishers that wait for room stand before anybody who comes now. */
  get isFull(): boolean {
    return this.#full && this.#line.length > 0;
  }

  publish(task: Task, signal: AbortSignal | undefined): Promise<PublishResult> {
    const { promise, resolve, reject } = Promise.withResolvers<PublishResult>();
    const waiting: Waiting = { task, data: JSON.stringify(task), resolve, reject, signal, sent: false };
    this.#line.push(waiting);
    this.#sendSoon();
    if (signal === undefined) return promise;
    const giveUp = () => {
      if (!waiting.sent) this.#leave(waiting, signal.reason);
    };
    signal.addEventListener("abort", giveUp, { once: true });
    return promise.finally(() => signal.removeEventListener("abort", giveUp));
  }

  /** There may be room now. */
  room(): void {
    if (this.#state === "sending") this.#roomWhileSending = true;
    if (this.#state !== "full") return;
    this.#state = "idle";
    this.#sendSoon();
  }

  /** Nobody is let in any more. */
  close(reason: unknown): void {
    this.#closed = true;
    this.#timer?.[Symbol.dispose]();
    for (const waiting of this.#line.splice(0)) waiting.reject(reason);
  }

  #sendSoon(): void {
    if (this.#state !== "idle" || this.#line.length === 0) return;
    this.#state = "due";
    setImmediate(() => void this.#send());
  }

  async #send(): Promise<void> {
    const batch = this.#nextBatch();
    this.#state = "sending";
    this.#roomWhileSending = false;
    for (const waiting of batch) waiting.sent = true;
    try {
      const results = batch.length === 0 ? [] : await this.#store(batch);
      this.#settle(batch, results);
    } catch (error) {
      for (const waiting of batch) this.#leave(waiting, error);
      this.#state = "idle";
      this.#sendSoon();
    }
  }

  #nextBatch(): readonly Waiting[] {
    let characters = 0;
    const beyond = this.#line.findIndex(({ data }, n) => {
      characters += data.length;
      return n === batchSize || (n > 0 && characters > batchCharacters);
    });
    return beyond === -1 ? [...this.#line] : this.#line.slice(0, beyond);
  }

  #settle(batch: readonly Waiting[], results: readonly StoreResult[]): void {
    const left: Waiting[] = [];
    for (const [n, waiting] of batch.entries()) {
      const result = results[n] ?? "full";
      waiting.sent = false;
      if (result !== "full") waiting.resolve(result);
      else if (waiting.signal?.aborted === true) waiting.reject(waiting.signal.reason);
      else left.push(waiting);
    }
    if (this.#closed) return;
    this.#line = [...left, ...this.#line.slice(batch.length)];
    this.#full = left.length > 0;
    if (left.length > 0) this.#waitForRoom(left.length < batch.length);
    else {
      this.#retryMs = firstRetryMs;
      this.#state = "idle";
      this.#sendSoon();
    }
  }

  #waitForRoom(someGotIn: boolean): void {
    this.#state = "full";
    this.#retryMs = someGotIn ? firstRetryMs : Math.min(longestRetryMs, this.#retryMs * 2);
    this.#timer?.[Symbol.dispose]();
    if (this.#roomWhileSending) this.room();
    else this.#timer = this.#clock.after(this.#retryMs, () => this.room());
  }

  #leave(waiting: Waiting, reason: unknown): void {
    this.#line = this.#line.filter((other) => other !== waiting);
    waiting.reject(reason);
  }
}
