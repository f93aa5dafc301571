import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import { within } from "../base/within.ts";
import type { LeaseClaim, LeaseStore } from "../contracts/lease.ts";

/** A runtime that ends must not wait for a database that hangs: a lease that is not released runs out. */
const releaseLimitMs = 1_000;

/**
 * One holding of a lease: renews it three times per duration until it is released or lost. The token is the truth: a holder
 * that was stopped for a while goes on if nobody has taken over meanwhile, and has lost it if somebody has.
 */
export class HeldLease {
  readonly claim: LeaseClaim;
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  /** Clock.now(); counted from before the renewal was asked for, so it never is later than others think. */
  #validUntil: number;
  #timer: Disposable | undefined;
  #released = false;

  constructor(parts: {
    readonly claim: LeaseClaim;
    /** Clock.now() before it was taken. */
    readonly takenAt: number;
    readonly store: LeaseStore;
    readonly clock: Clock;
  }) {
    this.claim = parts.claim;
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#validUntil = parts.takenAt + parts.store.durationMs;
    this.#renewLater();
  }

  /** Aborts once it is lost; its reason is a sentence. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Nobody else can have it at this moment, unless the wall clock jumped. */
  get isValid(): boolean {
    return !this.#lost.signal.aborted && !this.#released && this.#clock.now() < this.#validUntil;
  }

  /** Others may take it at once. Never rejects. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#timer?.[Symbol.dispose]();
    if (this.#lost.signal.aborted) return;
    await within(this.#clock, releaseLimitMs, "The release of a lease", this.#store.release(this.claim)).catch(
      () => undefined,
    );
  }

  #renewLater(): void {
    this.#timer = this.#clock.after(this.#store.durationMs / 3, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const askedAt = this.#clock.now();
    const { durationMs } = this.#store;
    try {
      const limitMs = Math.max(this.#validUntil - askedAt, durationMs / 3);
      const isOurs = await within(this.#clock, limitMs, "Its renewal", this.#store.renew(this.claim));
      if (!isOurs) return this.#lose("another runtime has taken it over");
      this.#validUntil = askedAt + durationMs;
    } catch (thrown) {
      if (this.#clock.now() >= this.#validUntil) return this.#lose(`it was not renewed in time: ${messageOf(thrown)}`);
    }
    if (!this.#released) this.#renewLater();
  }

  #lose(why: string): void {
    if (!this.#released) this.#lost.abort(why);
  }
}
