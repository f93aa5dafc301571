import type { Clock } from "../base/clock.ts";
import { Fifo } from "../base/fifo.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";
import type { TaskQueue } from "../contracts/task_queue.ts";
import type { Pace } from "./pace.ts";

/** A task that found no free worker here for so long goes back, for whoever else shares the queue. */
const mostKeptMs = 750;

type Next = IteratorResult<LeasedDelivery, unknown>;

interface Consumer {
  readonly deliveries: AsyncIterator<LeasedDelivery, unknown>;
  readonly stop: AbortController;
}

interface Kept {
  readonly delivery: LeasedDelivery;
  /** Clock.now() */
  readonly since: number;
}

const ended: Next = { done: true, value: undefined };

/**
 * The consumer of a pool, which leases tasks before a worker is free for them. A saturated event loop looks at sockets and
 * messages only when every handler whose timer has run out had its turn. Without these tasks each of their workers would wait
 * until then, and all of them would begin at once, and wait for their own timers together.
 */
export class TakenAhead implements AsyncIterator<LeasedDelivery, unknown> {
  readonly #clock: Clock;
  readonly #queue: TaskQueue;
  readonly #pace: Pace;
  readonly #most: number;
  readonly #keepMs: number;
  readonly #giveBack: (delivery: LeasedDelivery) => void;
  readonly #signal: AbortSignal;
  readonly #waiting = new Fifo<PromiseWithResolvers<Next>>();
  readonly #kept = new Fifo<Kept>();
  /** For workers that wait while the pace is not steady: nothing stands between them and the queue. */
  readonly #direct: AsyncIterator<LeasedDelivery, unknown>;
  #consumer: Consumer | undefined;
  /** Questions that the consumer has not answered: for workers that wait, and for tasks ahead. */
  #asked = 0;
  #timer: Disposable | undefined;

  constructor(parts: {
    readonly clock: Clock;
    readonly queue: TaskQueue;
    readonly pace: Pace;
    /** So many workers ask, and so many tasks at most are kept for them. */
    readonly concurrency: number;
    readonly leaseMs: number;
    /** Nobody has begun it. */
    readonly giveBack: (delivery: LeasedDelivery) => void;
    readonly signal: AbortSignal;
  }) {
    this.#clock = parts.clock;
    this.#queue = parts.queue;
    this.#pace = parts.pace;
    this.#most = parts.concurrency;
    this.#keepMs = Math.min(mostKeptMs, parts.leaseMs / 4);
    this.#giveBack = parts.giveBack;
    this.#signal = parts.signal;
    this.#direct = this.#queue.consume({ signal: this.#signal, concurrency: this.#most });
    this.#signal.addEventListener("abort", () => this.#end(), { once: true });
  }

  next(): Promise<Next> {
    if (this.#signal.aborted) return Promise.resolve(ended);
    if (this.#consumer === undefined && this.#kept.size === 0) return this.#direct.next();
    const value = this.#takeKept();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    const waiting = Promise.withResolvers<Next>();
    this.#waiting.push(waiting);
    if (this.#asked < this.#waiting.size) this.#ask();
    return waiting.promise;
  }

  /** A worker begins a task: asks for those after it, while that is worth it. Answers with whether it is. */
  fill(): boolean {
    if (!this.#pace.isSteady || this.#queue.stats().waiting < this.#most) {
      this.#takeBackQuestions();
      return false;
    }
    for (let n = this.#kept.size + this.#asked - this.#waiting.size; n < this.#most; n += 1) this.#ask();
    return true;
  }

  /** Keeps nothing for a worker that is not free yet, until the pace is steady again. */
  giveBackAll(): void {
    this.#pace.restart();
    this.#stopWatch();
    this.#takeBackQuestions();
    for (let kept = this.#kept.shift(); kept !== undefined; kept = this.#kept.shift()) this.#giveBack(kept.delivery);
  }

  #newConsumer(): Consumer {
    const stop = new AbortController();
    return { deliveries: this.#queue.consume({ signal: stop.signal, concurrency: this.#most }), stop };
  }

  /** What workers wait for themselves is asked for anew. */
  #takeBackQuestions(): void {
    if (this.#consumer === undefined) return;
    this.#consumer.stop.abort();
    this.#consumer = undefined;
    this.#asked = 0;
    if (this.#signal.aborted) return;
    for (let worker = this.#waiting.shift(); worker !== undefined; worker = this.#waiting.shift()) {
      this.#direct.next().then(worker.resolve, worker.reject);
    }
  }

  #ask(): void {
    this.#consumer ??= this.#newConsumer();
    const consumer = this.#consumer;
    this.#asked += 1;
    consumer.deliveries.next().then(
      (next) => this.#answered(consumer, next),
      (error: unknown) => this.#failed(consumer, error),
    );
  }

  #answered(consumer: Consumer, next: IteratorResult<LeasedDelivery, unknown>): void {
    if (consumer === this.#consumer) this.#asked -= 1;
    if (next.done === true) {
      if (consumer === this.#consumer) this.#tellEnd();
    } else if (consumer !== this.#consumer || this.#signal.aborted) this.#giveBack(next.value);
    else this.#arrived(next.value);
  }

  /** Whoever waits hears of it, and asks elsewhere from now on. */
  #failed(consumer: Consumer, error: unknown): void {
    if (consumer !== this.#consumer) return;
    this.#asked -= 1;
    this.#waiting.shift()?.reject(error);
  }

  #arrived(delivery: LeasedDelivery): void {
    const worker = this.#waiting.shift();
    if (worker !== undefined) worker.resolve({ done: false, value: delivery });
    else this.#keep(delivery);
  }

  #keep(delivery: LeasedDelivery): void {
    this.#kept.push({ delivery, since: this.#clock.now() });
    this.#timer ??= this.#clock.after(this.#keepMs, () => this.#look());
  }

  #takeKept(): LeasedDelivery | undefined {
    const now = this.#clock.now();
    for (let kept = this.#kept.shift(); kept !== undefined; kept = this.#kept.shift()) {
      // The loop may have been blocked, and the lease be nearly over.
      if (now - kept.since < 2 * this.#keepMs) return kept.delivery;
      this.#giveBack(kept.delivery);
    }
    return undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const first = this.#kept.peek();
    if (first === undefined) return;
    const leftMs = first.since + this.#keepMs - this.#clock.now();
    if (leftMs <= 0) this.giveBackAll();
    else this.#timer = this.#clock.after(leftMs, () => this.#look());
  }

  #end(): void {
    this.giveBackAll();
    this.#tellEnd();
  }

  #tellEnd(): void {
    for (let worker = this.#waiting.shift(); worker !== undefined; worker = this.#waiting.shift())
      worker.resolve(ended);
  }

  #stopWatch(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }
}
