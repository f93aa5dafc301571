import type { Clock } from "../base/clock.ts";
import { within } from "../base/within.ts";
import type { LeasedDelivery } from "../contracts/delivery.ts";
import type { TaskQueue } from "../contracts/task_queue.ts";

/**
 * Renews the leases of a pool in bulk, three times per lease. A delivery whose lease is gone, or could not be renewed before
 * it ran out, is reported lost: its result must not be recorded any more.
 */
export class LeaseKeeper {
  readonly #clock: Clock;
  readonly #queue: TaskQueue;
  readonly #leaseMs: number;
  readonly #held: () => readonly LeasedDelivery[];
  readonly #onLost: (delivery: LeasedDelivery) => void;
  readonly #onFailure: (error: unknown) => void;
  #timer: Disposable | undefined;
  /** The last renewal failed, so nobody has told us since whether the leases hold. */
  #failing = false;

  constructor(parts: {
    readonly clock: Clock;
    readonly queue: TaskQueue;
    readonly leaseMs: number;
    readonly held: () => readonly LeasedDelivery[];
    readonly onLost: (delivery: LeasedDelivery) => void;
    readonly onFailure: (error: unknown) => void;
  }) {
    this.#clock = parts.clock;
    this.#queue = parts.queue;
    this.#leaseMs = parts.leaseMs;
    this.#held = parts.held;
    this.#onLost = parts.onLost;
    this.#onFailure = parts.onFailure;
  }

  /** Called for every hand-out; costs nothing while the timer is armed. */
  watch(): void {
    this.#timer ??= this.#clock.after(this.#leaseMs / 3, () => void this.#renew());
  }

  stop(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
  }

  async #renew(): Promise<void> {
    if (this.#failing) this.#loseExpired();
    const held = this.#held();
    try {
      const limitMs = this.#leaseMs / 3;
      const lost = held.length === 0 ? [] : await within(this.#clock, limitMs, "It", this.#queue.renew(held));
      this.#failing = false;
      for (const delivery of lost) this.#onLost(delivery);
    } catch (error) {
      this.#failing = true;
      this.#onFailure(error);
      this.#loseExpired();
    }
    if (this.#timer === undefined) return;
    this.#timer = undefined;
    if (this.#held().length > 0) this.watch();
  }
  #loseExpired(): void {
    const now = this.#clock.now();
    for (const delivery of this.#held()) if (delivery.leaseUntil <= now) this.#onLost(delivery);
  }
}
