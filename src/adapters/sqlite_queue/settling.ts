import type { Clock } from "../../app_runtime/base/clock.ts";
import type { DeadLetterReason } from "../../app_runtime/contracts/dead_letter.ts";
import type { LeasedDelivery } from "../../app_runtime/contracts/delivery.ts";
import { LeaseLostError, type NackOptions } from "../../app_runtime/contracts/task_queue.ts";
import type { HeldLeases } from "./held_leases.ts";
import type { HeldLease, Step, StepResult } from "./queue_protocol.ts";

/** Ends and renews the leases of this process; who has lost his is refused. */
export class Settling {
  readonly #queue: string;
  readonly #clock: Clock;
  readonly #leaseMs: number;
  readonly #held: HeldLeases;
  readonly #do: (step: () => Step) => Promise<StepResult>;
  #acked = 0;
  #retried = 0;

  constructor(parts: {
    readonly queue: string;
    readonly clock: Clock;
    readonly leaseMs: number;
    readonly held: HeldLeases;
    readonly do: (step: () => Step) => Promise<StepResult>;
  }) {
    this.#queue = parts.queue;
    this.#clock = parts.clock;
    this.#leaseMs = parts.leaseMs;
    this.#held = parts.held;
    this.#do = parts.do;
  }

  get acked(): number {
    return this.#acked;
  }

  get retried(): number {
    return this.#retried;
  }

  /** @throws {LeaseLostError} as the others that settle */
  async ack(delivery: LeasedDelivery): Promise<void> {
    await this.#settle(delivery, (lease) => ({ kind: "ack", lease }));
    this.#acked += 1;
  }

  async nack(delivery: LeasedDelivery, options: NackOptions): Promise<void> {
    const { retryDelayMs: delayMs, burnAttempt, unopened } = options;
    await this.#settle(delivery, (lease) =>
      unopened === true ? { kind: "put_back", lease } : { kind: "nack", lease, delayMs, burnAttempt },
    );
    if (burnAttempt) this.#retried += 1;
  }

  async bury(delivery: LeasedDelivery, reason: DeadLetterReason, detail: string): Promise<void> {
    await this.#settle(delivery, (lease) => ({ kind: "bury", lease, reason, detail }));
  }

  /** Answers with those that are lost. */
  async renew(deliveries: readonly LeasedDelivery[]): Promise<readonly LeasedDelivery[]> {
    const until = this.#clock.now() + this.#leaseMs;
    const held = deliveries.flatMap((delivery) => {
      const lease = this.#held.find(delivery);
      return lease === undefined ? [] : [{ delivery, lease }];
    });
    if (held.length === 0) return deliveries;
    const leases = held.map(({ lease: { seq, leases: count } }) => ({ seq, leases: count }));
    const renewed = (await this.#do(() => ({ kind: "renew", leases }))) as readonly boolean[];
    const kept = new Set<LeasedDelivery>();
    held.forEach(({ delivery, lease }, index) => {
      if (renewed[index] !== true) {
        this.#held.drop(delivery);
        return;
      }
      lease.renewals += 1;
      lease.ending = false;
      delivery.extendLease(until);
      kept.add(delivery);
    });
    return deliveries.filter((delivery) => !kept.has(delivery));
  }

  async #settle(delivery: LeasedDelivery, step: (lease: HeldLease) => Step): Promise<void> {
    const lease = this.#held.find(delivery);
    if (lease === undefined) throw new LeaseLostError(this.#queue, delivery.task.id);
    const settled = await this.#do(() => step(lease));
    this.#held.drop(delivery);
    if (settled !== true) throw new LeaseLostError(this.#queue, delivery.task.id);
  }
}
