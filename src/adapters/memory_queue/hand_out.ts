import type { Clock } from "../../app_runtime/base/clock.ts";
import { Heap } from "../../app_runtime/base/heap.ts";
import { LeasedDelivery, type LeaseToken } from "../../app_runtime/contracts/delivery.ts";
import type { QueueSettings } from "../../app_runtime/contracts/task_queue.ts";
import type { Entry } from "./entry.ts";
import { GroupGate } from "./group_gate.ts";
import { OrderKeys } from "./order_keys.ts";
import { RateGate } from "./rate_gate.ts";
import { ReadyLanes } from "./ready_lanes.ts";

/**
 * Decides which entry is handed out next, and when. An entry moves: entered → (behind its order key) → ready | delayed →
 * leased → left, or back to ready | delayed. Two timers at most: one for the next moment at which something becomes due, one
 * for the next lease that runs out.
 */
export class HandOut {
  readonly #settings: QueueSettings;
  readonly #clock: Clock;
  /** Something may have become ready without anybody publishing or settling. */
  readonly #onReady: () => void;

  readonly #ready = new ReadyLanes();
  readonly #keys = new OrderKeys();
  readonly #groups: GroupGate;
  readonly #rate: RateGate;
  readonly #delayed = new Heap<Entry>((a, b) => a.readyAt < b.readyAt);
  readonly #leased = new Set<Entry>();

  #leases = 0;
  #closed = false;
  #wake: { readonly at: number; readonly timer: Disposable } | undefined;
  #leaseWatch: Disposable | undefined;
  #lastPickupAt: number | undefined;

  constructor(parts: { readonly settings: QueueSettings; readonly clock: Clock; readonly onReady: () => void }) {
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#onReady = parts.onReady;
    this.#groups = new GroupGate(parts.settings.groupLimit);
    this.#rate = new RateGate(parts.settings.rateLimit);
  }

  get delayed(): number {
    return this.#delayed.size;
  }

  get leased(): number {
    return this.#leased.size;
  }

  get lastPickupAt(): number | undefined {
    return this.#lastPickupAt;
  }

  /** Clock.now() since when the oldest entry could run; what the rate limit holds back could not. */
  get oldestReadyAt(): number | undefined {
    return this.#rate.waitMs(this.#clock.now()) > 0 ? undefined : this.#ready.oldestReadyAt();
  }

  enter(entry: Entry): void {
    if (this.#keys.enter(entry)) this.#makeReady(entry);
  }

  /** The next entry that may run now, leased; undefined when none may. */
  take(): LeasedDelivery | undefined {
    const now = this.#clock.now();
    this.#promoteDue(now);
    if (this.#rate.waitMs(now) > 0) return undefined;
    for (let entry = this.#ready.take(); entry !== undefined; entry = this.#ready.take()) {
      if (this.#groups.enter(entry)) return this.#lease(entry, now);
    }
    return undefined;
  }

  /** The entry runs no longer and stays the first of its key. */
  giveBack(entry: Entry, delayMs: number): void {
    this.#release(entry);
    entry.readyAt = this.#clock.now() + delayMs;
    this.#makeReady(entry);
  }

  /** The entry is finished; the next of its key may run. */
  leave(entry: Entry): void {
    this.#release(entry);
    const next = this.#keys.leave(entry);
    if (next === undefined) return;
    next.readyAt = Math.max(next.readyAt, this.#clock.now());
    this.#makeReady(next);
  }

  /** Takes out what matches, wherever it stands; what stood behind it moves up. */
  drop(matches: (entry: Entry) => boolean): void {
    this.#ready.drop(matches);
    this.#delayed.drop(matches);
    for (const entry of this.#groups.drop(matches)) this.#ready.addFirst(entry);
    for (const entry of this.#leased) if (matches(entry)) this.#release(entry);
    for (const head of this.#keys.drop(matches)) {
      head.readyAt = Math.max(head.readyAt, this.#clock.now());
      this.#makeReady(head);
    }
  }

  /** Sees to it that `onReady` is called when a delay or the rate limit next allows something. */
  armWake(): void {
    const at = this.#nextMoment();
    if (at === undefined || this.#closed || (this.#wake !== undefined && this.#wake.at <= at)) return;
    this.#wake?.timer[Symbol.dispose]();
    this.#wake = { at, timer: this.#clock.after(at - this.#clock.now(), () => this.#wakeUp()) };
  }

  close(): void {
    this.#closed = true;
    this.#wake?.timer[Symbol.dispose]();
    this.#leaseWatch?.[Symbol.dispose]();
  }

  /** What is due becomes ready whether or not somebody asks for it: else it would be due at once again. */
  #wakeUp(): void {
    this.#wake = undefined;
    this.#promoteDue(this.#clock.now());
    this.#onReady();
    this.armWake();
  }

  #nextMoment(): number | undefined {
    const due = this.#delayed.peek()?.readyAt;
    const now = this.#clock.now();
    const rateWaitMs = this.#ready.size > 0 ? this.#rate.waitMs(now) : 0;
    if (rateWaitMs === 0) return due;
    return Math.min(due ?? Number.POSITIVE_INFINITY, now + rateWaitMs);
  }

  #makeReady(entry: Entry): void {
    if (entry.readyAt <= this.#clock.now()) this.#ready.add(entry);
    else {
      this.#delayed.push(entry);
      this.armWake();
    }
  }

  #promoteDue(now: number): void {
    for (let head = this.#delayed.peek(); head !== undefined && head.readyAt <= now; head = this.#delayed.peek()) {
      this.#delayed.pop();
      this.#ready.add(head);
    }
  }

  #lease(entry: Entry, now: number): LeasedDelivery {
    this.#leases += 1;
    entry.delivery = new LeasedDelivery({
      task: entry.task,
      attempt: entry.attempt,
      crashes: entry.crashes,
      leaseToken: this.#leases as LeaseToken,
      leaseUntil: now + this.#settings.leaseMs,
    });
    this.#leased.add(entry);
    this.#lastPickupAt = now;
    this.#rate.handedOut(now);
    this.#leaseWatch ??= this.#clock.after(this.#settings.leaseMs, () => this.#reclaimExpired());
    return entry.delivery;
  }

  #release(entry: Entry): void {
    entry.delivery = undefined;
    this.#leased.delete(entry);
    const unparked = this.#groups.leave(entry);
    if (unparked !== undefined) this.#ready.addFirst(unparked);
  }

  /** What nobody settled or renewed in time is handed out again; the old holder's settle is refused from here on. */
  #reclaimExpired(): void {
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const entry of this.#leased) {
      const until = entry.delivery?.leaseUntil ?? now;
      if (until > now) next = Math.min(next, until);
      else {
        entry.crashes += 1;
        this.giveBack(entry, 0);
      }
    }
    const again = () => this.#reclaimExpired();
    this.#leaseWatch = next === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(next - now, again);
    this.#onReady();
  }
}
