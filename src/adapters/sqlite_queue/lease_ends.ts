import type { Clock } from "../../app_runtime/base/clock.ts";
import type { LeasedDelivery } from "../../app_runtime/contracts/delivery.ts";
import type { HeldLeases, OwnLease } from "./held_leases.ts";
import type { RenewedLease, SeenLease } from "./queue_protocol.ts";
import { SilentLeases } from "./silent_leases.ts";

/** Wakes when a delay, the rate limit or a lease ends, and ends the leases, our own and those of others. */
export class LeaseEnds {
  readonly #clock: Clock;
  readonly #held: HeldLeases;
  readonly #silent = new SilentLeases();
  readonly #expire: (lease: RenewedLease) => Promise<unknown>;
  readonly #onWake: () => void;
  #wake: { readonly at: number; readonly timer: Disposable } | undefined;

  constructor(parts: {
    readonly clock: Clock;
    readonly held: HeldLeases;
    /** Tells the database; if it fails, the leases are looked at again. */
    readonly expire: (lease: RenewedLease) => Promise<unknown>;
    readonly onWake: () => void;
  }) {
    this.#clock = parts.clock;
    this.#held = parts.held;
    this.#expire = parts.expire;
    this.#onWake = parts.onWake;
  }

  /** All leases there are, ours and those of others. */
  see(leases: readonly SeenLease[]): void {
    const others = leases.filter((lease) => !this.#held.has(lease));
    this.#silent.see(others, this.#clock.now());
  }

  /** `others`: milliseconds after which it must wake for another reason. */
  arm(others: readonly number[]): void {
    const now = this.#clock.now();
    const ends = [this.#held.nextEnd, this.#silent.nextEnd, ...others.map((ms) => now + ms)];
    const at = Math.min(...ends.filter((end) => end !== undefined));
    if (this.#wake?.at === at) return;
    this.stop();
    const wake = () => this.#wakeUp();
    this.#wake = Number.isFinite(at) ? { at, timer: this.#clock.after(at - now, wake) } : undefined;
  }

  stop(): void {
    this.#wake?.timer[Symbol.dispose]();
  }

  #wakeUp(): void {
    this.#wake = undefined;
    const now = this.#clock.now();
    for (const [delivery, lease] of this.#held.expired(now)) this.#expireOwn(delivery, lease);
    for (const lease of this.#silent.takeEnded(now)) this.#expire(lease).catch(() => undefined);
    this.#onWake();
  }

  /** Unless a renewal is on its way: then the database does not find what is asked of it. */
  #expireOwn(delivery: LeasedDelivery, lease: OwnLease): void {
    const { seq, leases, renewals } = lease;
    lease.ending = true;
    this.#expire({ seq, leases, renewals }).then(
      () => {
        if (delivery.leaseUntil <= this.#clock.now()) this.#held.drop(delivery);
      },
      () => this.#held.drop(delivery),
    );
  }
}
