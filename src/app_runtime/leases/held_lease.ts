import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import { within } from "../base/within.ts";
import type { LeaseClaim, LeaseStore, Tenure } from "../contracts/lease.ts";

/** A runtime that ends must not wait for a database that hangs: a lease that is not released runs out. */
const releaseLimitMs = 1_000;

/** Where time alone keeps two holders apart, the old one is done this long before the lease ends. */
const clearShare = 1 / 6;

/**
 * One holding of a lease: renews it three times per duration until it is released or lost. Where the store fences writes, the
 * token is the truth: a holder that was stopped for a while goes on if nobody has taken over meanwhile. Where it does not,
 * the holder gives up by its own monotonic clock before anybody else may begin.
 */
export class HeldLease implements Tenure {
  readonly claim: LeaseClaim;
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  readonly #lost = new AbortController();
  /** Clock.now(); counted from before the renewal was asked for, so it never is later than others think. */
  #validUntil: number;
  #renewal: Disposable | undefined;
  #end: Disposable | undefined;
  #trouble: string | undefined;
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
    this.#validUntil = this.#endOf(parts.takenAt);
    this.#endInTime();
    this.#renewAfter(this.#store.durationMs / 3);
  }

  /** Aborts once it is lost; its reason is a sentence. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Nobody else can have it at this moment, unless a wall clock jumped. */
  isValid(): boolean {
    return !this.#lost.signal.aborted && !this.#released && this.#clock.now() < this.#validUntil;
  }

  /** Others may take it at once. Never rejects. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    this.#renewal?.[Symbol.dispose]();
    this.#end?.[Symbol.dispose]();
    // One that was given up may still be ours in the store: a renewal that came late has extended it for nobody.
    if (this.#lost.signal.aborted && this.#store.fencesWrites) return;
    await within(this.#clock, releaseLimitMs, "The release of a lease", this.#store.release(this.claim)).catch(
      () => undefined,
    );
  }

  #endOf(askedAt: number): number {
    const { durationMs, fencesWrites } = this.#store;
    return askedAt + (fencesWrites ? durationMs : durationMs * (1 - clearShare));
  }

  /** A renewal that hangs must not keep the holder from giving up. */
  #endInTime(): void {
    if (this.#store.fencesWrites) return;
    this.#end?.[Symbol.dispose]();
    this.#end = this.#clock.after(this.#validUntil - this.#clock.now(), () => this.#giveUp());
  }

  #renewAfter(delayMs: number): void {
    this.#renewal = this.#clock.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const askedAt = this.#clock.now();
    const { durationMs, fencesWrites } = this.#store;
    const limitMs = fencesWrites ? Math.max(this.#validUntil - askedAt, durationMs / 3) : durationMs / 4;
    let pauseMs = durationMs / 3;
    try {
      const isOurs = await within(this.#clock, limitMs, "Its renewal", this.#store.renew(this.claim));
      if (!isOurs) return this.#lose("another runtime has taken it over");
      if (!fencesWrites && this.#clock.now() >= this.#validUntil) return this.#giveUp();
      this.#validUntil = this.#endOf(askedAt);
      this.#trouble = undefined;
    } catch (thrown) {
      this.#trouble = messageOf(thrown);
      if (this.#clock.now() >= this.#validUntil) return this.#giveUp();
      if (!fencesWrites) pauseMs = durationMs / 12;
    }
    if (this.#released || this.#lost.signal.aborted) return;
    this.#endInTime();
    this.#renewAfter(pauseMs);
  }

  #giveUp(): void {
    this.#lose(`it was not renewed in time: ${this.#trouble ?? "its runtime stood still or got no answer"}`);
  }

  #lose(why: string): void {
    if (this.#released || this.#lost.signal.aborted) return;
    this.#renewal?.[Symbol.dispose]();
    this.#end?.[Symbol.dispose]();
    this.#lost.abort(why);
  }
}
