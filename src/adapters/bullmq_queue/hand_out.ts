import type { Clock } from "../../app_runtime/base/clock.ts";
import { failureClassOf } from "../../app_runtime/base/runtime_error.ts";
import { LeasedDelivery, type LeaseToken } from "../../app_runtime/contracts/delivery.ts";
import { LeaseLostError, type QueueSettings } from "../../app_runtime/contracts/task_queue.ts";
import { Consumer } from "../../app_runtime/queue/api.ts";
import { Eagerness } from "./eagerness.ts";
import type { QueueFigures } from "./queue_figures.ts";
import type { ScriptRunner } from "./script_runner.ts";
import { jobIdOf, taskOf } from "./task_codec.ts";

/** [id, token, data, attempts made, crashes, ready since, order key, group], as the script answers. */
type TakenReply = readonly [string, string, string, string, string, string | number, string, string];
/** [whether each is settled, taken, microseconds until the rate limit allows more, next due time, more to look at] */
type WorkReply = readonly [readonly number[], readonly TakenReply[], number, number, number];

interface Ack {
  readonly delivery: LeasedDelivery;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
  /** An answer got lost on the way, so it may have been recorded. */
  inDoubt: boolean;
}

/** Of batches that were lost with a connection, at most so many are looked for; the others come back with their leases. */
const mostLostTokens = 100;
/** A task that was fetched for a worker which does not ask for it goes back after this time. */
const heldMs = 50;
/** At most so many settlements, and so many tasks, in one script. */
const batchSize = 100;

/** Clocks of two runtimes agree on Redis' time to a few milliseconds; the limit holds by each of them. */
const rateSlackUs = 5_000;

/** What the script wants to know of a delivery, in its order. */
export function deliveryArgs({ task, leaseToken }: LeasedDelivery): readonly [string, string, string, string] {
  return [jobIdOf(task.id), String(leaseToken), task.orderKey ?? "", task.group ?? ""];
}

/**
 * Gives tasks to the workers that ask. What is finished and what is asked for within one turn of the event loop goes to Redis
 * together, as one script. When that finds nothing more, nobody asks again before there is news.
 */
export class HandOut {
  readonly #queue: string;
  readonly #settings: QueueSettings;
  readonly #clock: Clock;
  readonly #script: ScriptRunner;
  readonly #figures: QueueFigures;
  readonly #tokens: string;
  readonly #onIdle: () => void;
  readonly #onAcked: () => void;
  readonly #onUnreadable: (jobId: string, token: string) => void;
  readonly #giveBack: (delivery: LeasedDelivery) => void;

  readonly #consumers = new Set<Consumer>();
  #acks: Ack[] = [];
  /** Fetched with an ack, for the worker that will ask again; given back when it does not. */
  #held: LeasedDelivery[] = [];
  #heldTimer: Disposable | undefined;
  readonly #eagerness = new Eagerness();
  /** Workers whose acks are under way, and who are expected to ask again. */
  #expected = 0;
  /** How many tasks the scripts under way were asked for. */
  #asked = 0;
  #batches = 0;
  /** Tokens of tasks that were fetched, but whose answer never came. */
  #lostTokens: string[] = [];
  #isDue = false;
  /** The last look found less than was asked for. */
  #drained = false;
  #news = 0;
  #closed = false;
  #alarm: { readonly at: number; readonly timer: Disposable } | undefined;

  constructor(parts: {
    readonly queue: string;
    readonly settings: QueueSettings;
    readonly clock: Clock;
    readonly script: ScriptRunner;
    readonly figures: QueueFigures;
    /** The beginning of every lease token: nobody else has it. */
    readonly tokens: string;
    /** Workers wait, and there is nothing for them: wake `hint` when there is. */
    readonly onIdle: () => void;
    readonly onAcked: () => void;
    readonly onUnreadable: (jobId: string, token: string) => void;
    readonly giveBack: (delivery: LeasedDelivery) => void;
  }) {
    this.#queue = parts.queue;
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#script = parts.script;
    this.#figures = parts.figures;
    this.#tokens = parts.tokens;
    this.#onIdle = parts.onIdle;
    this.#onAcked = parts.onAcked;
    this.#onUnreadable = parts.onUnreadable;
    this.#giveBack = parts.giveBack;
  }

  /** Workers that wait for a task. */
  get asking(): number {
    let asking = 0;
    for (const consumer of this.#consumers) asking += consumer.waiting;
    return asking;
  }

  get held(): number {
    return this.#held.length;
  }

  consume(signal: AbortSignal): Consumer {
    const end = () => consumer.end();
    const consumer = new Consumer({
      take: () => this.#takeHeld(),
      onWait: () => {
        this.#eagerness.asked();
        if (this.#drained) this.#onIdle();
        else this.#workSoon();
      },
      onEnd: () => {
        this.#consumers.delete(consumer);
        signal.removeEventListener("abort", end);
        if (this.#consumers.size === 0) this.returnHeld();
      },
    });
    this.#consumers.add(consumer);
    signal.addEventListener("abort", end, { once: true });
    if (this.#closed || signal.aborted) end();
    return consumer;
  }

  ack(delivery: LeasedDelivery): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#acks.push({ delivery, resolve, reject, inDoubt: false });
    this.#workSoon();
    return promise;
  }

  /** There may be something to hand out. */
  hint(): void {
    this.#news += 1;
    this.#drained = false;
    this.#workSoon();
  }

  /** Looks again at that moment (Clock.now). */
  hintAt(at: number): void {
    if (this.#closed || (this.#alarm !== undefined && this.#alarm.at <= at)) return;
    this.#alarm?.timer[Symbol.dispose]();
    const ring = () => {
      this.#alarm = undefined;
      if (this.asking > 0 || this.#acks.length > 0) this.hint();
      else this.#drained = false;
    };
    this.#alarm = { at, timer: this.#clock.after(at - this.#clock.now(), ring) };
  }

  /** The tasks under these tokens are held for nobody. */
  takeLostTokens(): readonly string[] {
    return this.#lostTokens.splice(0);
  }

  /** Gives back what was fetched, but not handed out. */
  returnHeld(matches: (delivery: LeasedDelivery) => boolean = () => true): void {
    const returned = this.#held.filter(matches);
    this.#held = this.#held.filter((delivery) => !matches(delivery));
    for (const delivery of returned) this.#giveBack(delivery);
  }

  /** Settlements whose answer is missing and whose lease is over by now: nobody will ever know. */
  giveUpDoubtful(reason: unknown): void {
    const now = this.#clock.now();
    const lost = this.#acks.filter(({ inDoubt, delivery }) => inDoubt && delivery.leaseUntil <= now);
    this.#acks = this.#acks.filter((ack) => !lost.includes(ack));
    for (const { reject } of lost) reject(reason);
  }

  close(reason: unknown): void {
    this.#closed = true;
    this.#heldTimer?.[Symbol.dispose]();
    this.#alarm?.timer[Symbol.dispose]();
    for (const consumer of [...this.#consumers]) consumer.end();
    this.returnHeld();
    for (const { reject } of this.#acks.splice(0)) reject(reason);
  }

  #missing(): number {
    if (this.#drained || this.#closed || this.#figures.paused) return 0;
    return Math.max(0, this.asking + this.#expected - this.#asked - this.#held.length);
  }

  #takeHeld(): LeasedDelivery | undefined {
    if (this.#held.length === 0 || this.#figures.paused) return undefined;
    this.#eagerness.asked();
    return this.#held.shift();
  }

  #workSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (this.#script.isReady) void this.#work();
    });
  }

  async #work(): Promise<void> {
    const acks = this.#acks.splice(0, batchSize);
    const expected = this.#settings.rateLimit === undefined && this.#eagerness.isHigh ? acks.length : 0;
    this.#expected += expected;
    const wanted = Math.min(batchSize, this.#missing());
    if (acks.length === 0 && wanted === 0) return;
    if (this.#acks.length > 0) this.#workSoon();
    this.#asked += wanted;
    const news = this.#news;
    const sentAt = this.#clock.now();
    this.#batches += 1;
    const token = `${this.#tokens}:${this.#batches}:`;
    try {
      const { result, at } = await this.#script.run<WorkReply>("work", ...this.#args(acks, wanted, token));
      this.#asked -= wanted;
      this.#expected -= expected;
      this.#settle(acks, result[0]);
      this.#handOut(result, wanted, { sentAt, at, isCurrent: news === this.#news });
    } catch (error) {
      this.#asked -= wanted;
      this.#expected -= expected;
      if (wanted > 0) this.#lostTokens = [...this.#lostTokens, token].slice(-mostLostTokens);
      this.#failed(acks, error);
    }
  }

  #args(acks: readonly Ack[], wanted: number, token: string): (string | number)[] {
    const { leaseMs, rememberFinished, groupLimit, rateLimit } = this.#settings;
    const { tasks = 0, perMs = 0 } = rateLimit ?? {};
    const perUs = perMs * 1_000 + Math.min(rateSlackUs, perMs * 50);
    const args = [leaseMs, rememberFinished, groupLimit, tasks, perUs, wanted, token, acks.length];
    for (const { delivery, inDoubt } of acks) args.push(...deliveryArgs(delivery), inDoubt ? 1 : 0);
    return args;
  }

  #settle(acks: readonly Ack[], codes: readonly number[]): void {
    let freed = false;
    for (const [n, { delivery, resolve, reject }] of acks.entries()) {
      if (codes[n] === 1) {
        this.#figures.acked += 1;
        freed ||= delivery.task.orderKey !== undefined || delivery.task.group !== undefined;
        resolve();
      } else reject(new LeaseLostError(this.#queue, delivery.task.id));
    }
    if (freed) this.hint();
    if (acks.length === 0) return;
    this.#eagerness.acked(acks.length);
    this.#onAcked();
  }

  #handOut(
    [, taken, limitedUs, due, more]: WorkReply,
    wanted: number,
    when: { readonly sentAt: number; readonly at: number; readonly isCurrent: boolean },
  ): void {
    if (taken.length > 0) this.#figures.lastPickupAt = Math.min(when.at, this.#clock.now());
    for (const reply of taken) this.#take(reply, when.sentAt);
    if (this.#figures.paused || this.#consumers.size === 0) this.returnHeld();
    else this.#dispatch();
    if (limitedUs > 0) {
      this.#figures.limitedUntil = when.at + limitedUs / 1_000;
      this.hintAt(this.#figures.limitedUntil + 1);
    }
    if (due > 0) this.hintAt(this.#script.localTime(due));
    if (more === 1) this.hint();
    else if (taken.length < wanted && when.isCurrent) this.#drained = true;
    if (this.#drained && this.asking > 0) this.#onIdle();
    else if (this.#missing() > 0) this.#workSoon();
  }

  #take([jobId, token, data, attempts, crashes, readyAt, orderKey, group]: TakenReply, sentAt: number): void {
    this.#figures.tookReadySince(this.#script.localTime(Number(readyAt)));
    const task = taskOf(jobId, data, { orderKey, group });
    if (task === undefined) this.#onUnreadable(jobId, token);
    else {
      const leaseUntil = sentAt + this.#settings.leaseMs;
      const numbers = { attempt: Number(attempts) + 1, crashes: Number(crashes) };
      this.#held.push(new LeasedDelivery({ task, ...numbers, leaseToken: token as LeaseToken, leaseUntil }));
    }
  }

  #dispatch(): void {
    for (const consumer of this.#consumers) {
      while (consumer.waiting > 0) {
        const delivery = this.#held.shift();
        if (delivery === undefined) return;
        consumer.give(delivery);
      }
    }
    if (this.#held.length > 0) this.#heldTimer ??= this.#clock.after(heldMs, () => this.#returnUnasked());
  }

  #returnUnasked(): void {
    this.#heldTimer = undefined;
    this.returnHeld();
  }

  /** The connection broke: what was to be settled is settled when it is back, as long as the lease holds. */
  #failed(acks: readonly Ack[], error: unknown): void {
    const isOutage = failureClassOf(error) === "outage";
    const now = this.#clock.now();
    for (const ack of acks) {
      ack.inDoubt = true;
      if (isOutage && !this.#closed && ack.delivery.leaseUntil > now) this.#acks.push(ack);
      else ack.reject(error);
    }
    // Not at once again: a server that refuses would be asked without end.
    if (this.#script.isReady) this.hintAt(now + retryMs);
  }
}

/** Before a server that refused is asked again. */
const retryMs = 200;
