import type { LeasedDelivery } from "../../app_runtime/contracts/delivery.ts";
import type { HeldLease, RenewedLease } from "./queue_protocol.ts";

export type OwnLease = HeldLease & {
  /** As far as the database has confirmed them. */
  renewals: number;
  /** It has run out, and the database is being told. */
  ending: boolean;
};

/** What this process has handed to its workers. Its end is counted on the monotonic clock, which nobody sets. */
export class HeldLeases {
  readonly #leases = new Map<LeasedDelivery, OwnLease>();
  readonly #counts = new Map<number, number>();

  get size(): number {
    return this.#leases.size;
  }

  add(delivery: LeasedDelivery, lease: OwnLease): void {
    this.#leases.set(delivery, lease);
    this.#counts.set(lease.seq, lease.leases);
  }

  find(delivery: LeasedDelivery): OwnLease | undefined {
    return this.#leases.get(delivery);
  }

  drop(delivery: LeasedDelivery): void {
    const lease = this.#leases.get(delivery);
    if (lease === undefined) return;
    this.#leases.delete(delivery);
    if (this.#counts.get(lease.seq) === lease.leases) this.#counts.delete(lease.seq);
  }

  has({ seq, leases }: RenewedLease): boolean {
    return this.#counts.get(seq) === leases;
  }

  /** Those that nobody renewed in time. */
  expired(now: number): readonly (readonly [LeasedDelivery, OwnLease])[] {
    return [...this.#leases].filter(([delivery, lease]) => !lease.ending && delivery.leaseUntil <= now);
  }

  /** Clock.now() when the first of them ends. */
  get nextEnd(): number | undefined {
    let next: number | undefined;
    for (const [{ leaseUntil }, { ending }] of this.#leases) {
      if (!ending && (next === undefined || leaseUntil < next)) next = leaseUntil;
    }
    return next;
  }
}
