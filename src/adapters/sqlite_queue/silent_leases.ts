import type { RenewedLease, SeenLease } from "./queue_protocol.ts";

interface Watched extends SeenLease {
  /** Clock.now() when it was first seen as it is. */
  readonly seenAt: number;
}

/**
 * The leases of other processes, and of those that died. One ends when it has not been renewed for its duration on the
 * monotonic clock of whoever looks: that of its holder began before, so the holder has given it up by then, and a wall clock
 * that is set takes a task from nobody.
 */
export class SilentLeases {
  #watched = new Map<number, Watched>();

  /** All leases that are not ours, as they are now. */
  see(leases: readonly SeenLease[], now: number): void {
    const before = this.#watched;
    this.#watched = new Map(
      leases.map((lease) => {
        const known = before.get(lease.seq);
        const same = known?.leases === lease.leases && known.renewals === lease.renewals;
        return [lease.seq, same ? known : { ...lease, seenAt: now }];
      }),
    );
  }

  /** Takes out those that have ended. */
  takeEnded(now: number): readonly RenewedLease[] {
    const ended = [...this.#watched.values()].filter(({ seenAt, leaseMs }) => seenAt + leaseMs <= now);
    for (const { seq } of ended) this.#watched.delete(seq);
    return ended.map(({ seq, leases, renewals }) => ({ seq, leases, renewals }));
  }

  /** Clock.now() when the first of them ends. */
  get nextEnd(): number | undefined {
    let next: number | undefined;
    for (const { seenAt, leaseMs } of this.#watched.values()) {
      if (next === undefined || seenAt + leaseMs < next) next = seenAt + leaseMs;
    }
    return next;
  }
}
