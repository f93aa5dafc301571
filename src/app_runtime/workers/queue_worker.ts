import type { Clock } from "../base/clock.ts";
import { RuntimeError } from "../base/runtime_error.ts";
import { yieldToLoop } from "../base/yield_to_loop.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";
import type { Worker, WorkerState } from "../contracts/worker.ts";
import type { OutageBrake } from "./outage_brake.ts";
import type { PoolPause } from "./pool_pause.ts";

/** How long a loop of finished promises may keep timers and sockets waiting. */
const turnMs = 5;

type Deliveries = AsyncIterator<LeasedDelivery, unknown>;

/** The queue ended its consumer although nobody had stopped the pool: its connection broke, or it was closed too early. */
export class ConsumerEndedError extends RuntimeError {
  readonly code = "QUEUE_CONSUMER_ENDED";
}

/** Takes one delivery at a time from the pool's consumer; the next one only when it is done with this one. */
export class QueueWorker implements Worker {
  readonly name: string;
  readonly #clock: Clock;
  readonly #brake: OutageBrake;
  readonly #deliveries: () => Deliveries;
  readonly #isCurrent: (deliveries: Deliveries) => boolean;
  readonly #pause: PoolPause;
  readonly #onBroken: (deliveries: Deliveries) => void;
  readonly #process: (delivery: LeasedDelivery, onEnded?: () => void) => Promise<void>;
  readonly #fillAhead: () => boolean;
  readonly #giveBack: (delivery: LeasedDelivery) => Promise<void>;
  /** Of the task before, while this one is worked on. */
  #settling: Promise<void> | undefined;
  #busy: LeasedDelivery | undefined;
  #busySince = 0;
  #stopped = true;
  #yieldedAt = 0;

  constructor(parts: {
    readonly name: string;
    readonly clock: Clock;
    readonly brake: OutageBrake;
    /** The pool's consumer. */
    readonly deliveries: () => Deliveries;
    /** It threw, or ended before it should. */
    readonly onBroken: (deliveries: Deliveries) => void;
    /** Never throws for what a task does; throwing is a bug of the platform and ends this life of the worker. */
    readonly process: (delivery: LeasedDelivery, onEnded?: () => void) => Promise<void>;
    /** It begins a task. Answers with whether the next one may be there before this one is recorded. */
    readonly fillAhead: () => boolean;
    /** False once a pause has taken the consumer away. */
    readonly isCurrent: (deliveries: Deliveries) => boolean;
    readonly pause: PoolPause;
    readonly giveBack: (delivery: LeasedDelivery) => Promise<void>;
  }) {
    this.name = parts.name;
    this.#clock = parts.clock;
    this.#brake = parts.brake;
    this.#deliveries = parts.deliveries;
    this.#isCurrent = parts.isCurrent;
    this.#pause = parts.pause;
    this.#onBroken = parts.onBroken;
    this.#process = parts.process;
    this.#fillAhead = parts.fillAhead;
    this.#giveBack = parts.giveBack;
  }

  get state(): WorkerState {
    if (this.#busy !== undefined) {
      return { kind: "busy", taskId: this.#busy.task.id, since: this.#busySince };
    }
    return this.#stopped ? { kind: "stopped" } : { kind: "idle" };
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#stopped = false;
    this.#yieldedAt = this.#clock.now();
    let asked: Deliveries | undefined;
    try {
      while (!signal.aborted) {
        const isProbe = this.#brake.braking;
        if (isProbe) await this.#brake.permit(signal);
        if (this.#pause.lasting) await this.#pause.over(signal);
        asked = this.#deliveries();
        const next = await asked.next();
        if (next.done === true && !signal.aborted && this.#isCurrent(asked)) throw new ConsumerEndedError(endedEarly);
        asked = undefined;
        if (next.done === true) continue;
        // An outage began while it waited: the others that wait would all try in vain at once.
        if (this.#brake.braking && !isProbe) await this.#giveBack(next.value);
        else {
          const since = this.#clock.now();
          this.#busy = next.value;
          this.#busySince = since;
          if (this.#fillAhead()) await this.#workWhileSettling(next.value);
          else {
            await this.#process(next.value);
            this.#busy = undefined;
            if (since - this.#yieldedAt >= turnMs) await this.#yield();
          }
        }
      }
      await this.#settling;
    } finally {
      if (asked !== undefined) this.#onBroken(asked);
      this.#stopped = true;
      this.#busy = undefined;
    }
  }

  /** The next task does not wait until the queue has recorded this one; that after it does. */
  async #workWhileSettling(delivery: LeasedDelivery): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const settled = this.#process(delivery, ended.resolve);
    settled.catch(ended.reject);
    await ended.promise;
    this.#busy = undefined;
    await this.#settling;
    this.#settling = settled;
  }

  async #yield(): Promise<void> {
    await yieldToLoop();
    this.#yieldedAt = this.#clock.now();
  }
}

const endedEarly = "The queue ended its consumer, although nobody had stopped or paused the workers.";
