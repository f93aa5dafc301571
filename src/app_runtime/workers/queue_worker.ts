import type { Clock } from "../base/clock.ts";
import { yieldToLoop } from "../base/yield_to_loop.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";
import type { Worker, WorkerState } from "../contracts/worker.ts";
import type { OutageBrake } from "./outage_brake.ts";

/** How long a loop of finished promises may keep timers and sockets waiting. */
const turnMs = 5;

/** Takes one delivery at a time from the pool's consumer; the next one only when it is done with this one. */
export class QueueWorker implements Worker {
  readonly name: string;
  readonly #clock: Clock;
  readonly #brake: OutageBrake;
  readonly #next: () => Promise<IteratorResult<LeasedDelivery, unknown>>;
  readonly #process: (delivery: LeasedDelivery) => Promise<void>;
  #busy: { readonly delivery: LeasedDelivery; readonly since: number } | undefined;
  #stopped = true;
  #yieldedAt = 0;

  constructor(parts: {
    readonly name: string;
    readonly clock: Clock;
    readonly brake: OutageBrake;
    readonly next: () => Promise<IteratorResult<LeasedDelivery, unknown>>;
    /** Never throws for what a task does; throwing is a bug of the platform and ends this life of the worker. */
    readonly process: (delivery: LeasedDelivery) => Promise<void>;
  }) {
    this.name = parts.name;
    this.#clock = parts.clock;
    this.#brake = parts.brake;
    this.#next = parts.next;
    this.#process = parts.process;
  }

  get state(): WorkerState {
    if (this.#busy !== undefined) {
      return { kind: "busy", taskId: this.#busy.delivery.task.id, since: this.#busy.since };
    }
    return this.#stopped ? { kind: "stopped" } : { kind: "idle" };
  }

  async run(signal: AbortSignal): Promise<void> {
    this.#stopped = false;
    this.#yieldedAt = this.#clock.now();
    try {
      while (!signal.aborted) {
        if (this.#brake.braking) await this.#brake.permit(signal);
        const next = await this.#next();
        if (next.done === true) return;
        const since = this.#clock.now();
        this.#busy = { delivery: next.value, since };
        await this.#process(next.value);
        this.#busy = undefined;
        if (since - this.#yieldedAt >= turnMs) await this.#yield();
      }
    } finally {
      this.#stopped = true;
      this.#busy = undefined;
    }
  }

  async #yield(): Promise<void> {
    await yieldToLoop();
    this.#yieldedAt = this.#clock.now();
  }
}
