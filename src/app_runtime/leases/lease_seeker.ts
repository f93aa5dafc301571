import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/runtime_error.ts";
import { sleep } from "../base/sleep.ts";
import type { LeaseRow, LeaseStore } from "../contracts/lease.ts";
import { HeldLease } from "./held_lease.ts";

/** A lease that was released is taken within this time. */
const longestPauseMs = 500;

/** Wants one lease: looks at it again and again, and takes it when it is free. Looking is a read and disturbs nobody. */
export class LeaseSeeker {
  readonly #name: string;
  readonly #store: LeaseStore;
  readonly #clock: Clock;
  #row: LeaseRow | undefined;
  /** Clock.now() since when the row has not changed, as far as we saw. */
  #sameSince = 0;
  #trouble: string | undefined;

  constructor(parts: { readonly name: string; readonly store: LeaseStore; readonly clock: Clock }) {
    this.#name = parts.name;
    this.#store = parts.store;
    this.#clock = parts.clock;
  }

  /** The lease as it was seen last. */
  get row(): LeaseRow | undefined {
    return this.#row;
  }

  /** Why the last look, or the last try to take it, failed. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** How long the holder has not renewed it, in milliseconds. */
  get standsStillMs(): number {
    return this.#clock.now() - this.#sameSince;
  }

  /** Undefined while somebody else has it, or the store cannot be asked. Never rejects. */
  async tryTake(): Promise<HeldLease | undefined> {
    try {
      const taken = await this.#tryTake();
      this.#trouble = undefined;
      return taken;
    } catch (thrown) {
      this.#trouble = messageOf(thrown);
      return undefined;
    }
  }

  /** Waits until it is taken; undefined once `signal` aborts. */
  async take(signal: AbortSignal): Promise<HeldLease | undefined> {
    while (!signal.aborted) {
      const held = await this.tryTake();
      if (held !== undefined) return held;
      await sleep(this.#clock, Math.min(longestPauseMs, this.#store.durationMs / 6), signal);
    }
    return undefined;
  }

  async #tryTake(): Promise<HeldLease | undefined> {
    const row = await this.#store.look(this.#name);
    this.#note(row);
    if (!this.#isFree(row)) return undefined;
    const takenAt = this.#clock.now();
    const claim = await this.#store.take(this.#name, row);
    return claim && new HeldLease({ claim, takenAt, store: this.#store, clock: this.#clock });
  }

  #note(row: LeaseRow | undefined): void {
    const isSame = row?.token === this.#row?.token && row?.renewals === this.#row?.renewals;
    if (!isSame || this.#row === undefined) this.#sameSince = this.#clock.now();
    this.#row = row;
  }

  /**
   * Its time has run out by the wall clock, or by ours: a wall clock that was put back would keep a dead holder's lease
   * alive for hours. One that was put forward takes it from a live holder, whom the token then stops.
   */
  #isFree(row: LeaseRow | undefined): boolean {
    if (row?.holder === undefined) return true;
    return this.#clock.wallNow() >= row.expiresAt || this.standsStillMs >= row.durationMs;
  }
}
