// Over 350 lines: every verb of the contract and the watch over the connection meet here; what is more than a few lines lives beside it.
import { randomUUID } from "node:crypto";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import {
  type DeadLetter,
  type DeadLetterReason,
  DeadLetterUnknownError,
} from "../../app_runtime/contracts/dead_letter.ts";
import type { LeasedDelivery } from "../../app_runtime/contracts/delivery.ts";
import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import type { Task, TaskId } from "../../app_runtime/contracts/task.ts";
import {
  LeaseLostError,
  type NackOptions,
  type PublishResult,
  QueueClosedError,
  type QueueSettings,
  type QueueStats,
  type TaskQueue,
} from "../../app_runtime/contracts/task_queue.ts";
import type { Consumer } from "../../app_runtime/queue/api.ts";
import { type RedisConfig, RedisConnection, RedisFullError } from "../redis/index.ts";
import { AcceptedTrail } from "./accepted_trail.ts";
import { BullmqFacts } from "./bullmq_facts.ts";
import { bullmqQueueCapabilities } from "./capabilities.ts";
import { deliveryArgs, HandOut } from "./hand_out.ts";
import type { QueueOp } from "./lua/queue_script.ts";
import { PublishLine, type StoreResult } from "./publish_line.ts";
import { QueueFigures } from "./queue_figures.ts";
import { type LookReply, ScriptRunner } from "./script_runner.ts";
import { type EncodedTask, jobIdOf, type LetterReply, letterOf, publishArgs, taskIdOf } from "./task_codec.ts";
import { WakeWatch } from "./wake_watch.ts";

/** Leases that ran out are looked for this often, or more often when leases are short. */
const longestCheckMs = 3_000;
/** While nothing is leased or delayed: what others do is known here within this time, or half a lease. */
const longestIdleMs = 5_000;
/** A lease that has just run out is looked at a little later. */
const lossSlackMs = 5;
/** The server itself is looked at this often, or at each look while something is wrong: somebody may set it otherwise. */
const serverCheckMs = 30_000;
/** Leases renewed in one script. */
const renewBatch = 500;

/**
 * A TaskQueue on Redis, for any number of runtimes: BullMQ's places and BullMQ's scripts, with what it cannot do beside them in
 * the same script, so that each step happens at once or not at all.
 */
export class BullmqQueue implements TaskQueue {
  readonly name: string;
  readonly capabilities = bullmqQueueCapabilities;
  readonly isRemote = true;
  readonly #settings: QueueSettings;
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #facts: BullmqFacts;
  readonly #forgot: (() => void) | undefined;
  readonly #commands: RedisConnection;
  readonly #waiting: RedisConnection;
  readonly #figures: QueueFigures;
  readonly #script: ScriptRunner;
  readonly #handOut: HandOut;
  readonly #publishers: PublishLine;
  readonly #wake: WakeWatch;
  readonly #checkMs: number;
  readonly #trail = new AcceptedTrail();
  /** Of what is stored; gone with it. */
  #mark: string | undefined;
  #lostAt: number | undefined;
  /** A task that is offered again may stand nowhere any more: to look for it costs too much to do it always. */
  #hasForgotten = false;
  #checkedAt: number;
  /** The server had no memory for the last task. */
  #isFull = false;
  #lookTimer: Disposable | undefined;
  #looksOften = false;
  /** A lease runs out after so many milliseconds, unless it is renewed; 0 when none is known. */
  #nextLossMs = 0;
  #closed = false;
  #closing: Promise<void> | undefined;
  readonly #givingBack = new Set<Promise<void>>();

  constructor(parts: {
    readonly name: string;
    readonly settings: QueueSettings;
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly redis: RedisConfig;
    readonly prefix: string;
    readonly forgot?: (() => void) | undefined;
  }) {
    const { name, settings, clock, redis } = parts;
    this.name = name;
    this.#settings = settings;
    this.#clock = clock;
    this.#checkedAt = clock.now();
    this.#events = parts.events;
    this.#forgot = parts.forgot;
    this.#facts = new BullmqFacts(parts.events, name);
    this.#checkMs = Math.min(longestCheckMs, settings.leaseMs * 0.3);
    this.#commands = new RedisConnection(redis, `${parts.prefix}:${name}`);
    this.#waiting = new RedisConnection(redis, `${parts.prefix}:${name}:wait`);
    this.#figures = new QueueFigures(settings.capacity);
    // The braces keep all keys of a queue on one node of a cluster.
    const key = `{${parts.prefix}}:${name}:`;
    const answerMs = redis.answerTimeout;
    this.#script = new ScriptRunner({
      connection: this.#commands,
      key,
      clock,
      figures: this.#figures,
      answerMs,
      onMoved: () => this.#moved(),
    });
    this.#wake = new WakeWatch({
      connection: this.#waiting,
      marker: `${key}marker`,
      clock,
      answerMs,
      onWake: (dueAt) => this.#woken(dueAt),
    });
    this.#handOut = this.#newHandOut();
    this.#publishers = new PublishLine({ clock, store: (tasks) => this.#store(tasks, settings.capacity) });
  }

  async open(): Promise<void> {
    try {
      await this.#commands.open();
      await this.#waiting.open();
      await this.#script.compareClocks();
      await this.#look();
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#commands.client.on("close", () => this.#lost());
    this.#commands.client.on("ready", () => void this.#back());
    this.#waiting.client.on("ready", () => this.#handOut.hint());
    this.#lookLater();
  }

  async close(): Promise<void> {
    if (this.#closed) return await this.#closing;
    this.#closed = true;
    this.#lookTimer?.[Symbol.dispose]();
    this.#lookTimer = undefined;
    const reason = new QueueClosedError(this.name);
    this.#publishers.close(reason);
    this.#wake.close();
    this.#handOut.close(reason);
    this.#closing = this.#disconnect();
    await this.#closing;
  }

  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult> {
    const signal = options?.signal;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(new QueueClosedError(this.name));
    return this.#publishers.publish(task, signal);
  }

  async tryPublish(task: Task): Promise<PublishResult | "full"> {
    const encoded = { task, data: JSON.stringify(task) };
    const [result = "full"] = await this.#store([encoded], this.#publishers.isFull ? 0 : this.#settings.capacity);
    return result;
  }

  consume(options: { readonly signal: AbortSignal; readonly concurrency: number }): Consumer {
    return this.#handOut.consume(options.signal);
  }

  ack(delivery: LeasedDelivery): Promise<void> {
    if (this.#closed) return Promise.reject(new QueueClosedError(this.name));
    return this.#handOut.ack(delivery);
  }

  async nack(delivery: LeasedDelivery, { retryDelayMs, burnAttempt, unopened }: NackOptions): Promise<void> {
    const args = [...deliveryArgs(delivery), Math.ceil(retryDelayMs), burnAttempt ? 1 : 0, unopened ? 0 : 1];
    if ((await this.#run<number>("nack", ...args)) === 0) throw new LeaseLostError(this.name, delivery.task.id);
    if (burnAttempt) this.#figures.retried += 1;
    if (retryDelayMs > 0) this.#handOut.hintAt(this.#clock.now() + retryDelayMs);
    this.#hint();
  }

  async deadLetter(delivery: LeasedDelivery, reason: DeadLetterReason, detail: string): Promise<void> {
    const buried = await this.#bury([...deliveryArgs(delivery), reason, detail, delivery.attempt]);
    if (!buried) throw new LeaseLostError(this.name, delivery.task.id);
  }

  async renew(deliveries: readonly LeasedDelivery[]): Promise<readonly LeasedDelivery[]> {
    const lost: LeasedDelivery[] = [];
    for (let from = 0; from < deliveries.length; from += renewBatch) {
      lost.push(...(await this.#renew(deliveries.slice(from, from + renewBatch))));
    }
    return lost;
  }

  async withdraw(source: string): Promise<void> {
    this.#handOut.returnHeld(({ task }) => task.source === source);
    await this.#run("withdraw", source);
    this.#publishers.room();
    this.#hint();
  }

  async pause(): Promise<void> {
    this.#figures.paused = true;
    this.#handOut.returnHeld();
  }

  async resume(): Promise<void> {
    this.#figures.paused = false;
    this.#handOut.hint();
  }

  stats(): QueueStats {
    return this.#figures.stats(this.#clock.now(), this.#handOut.held);
  }

  async listDeadLetters(options: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]> {
    const { offset, limit } = options;
    if (limit <= 0) return [];
    const letters = await this.#run<readonly LetterReply[]>("listLetters", offset, offset + limit - 1);
    return letters.map(letterOf);
  }

  async findDeadLetter(id: TaskId): Promise<DeadLetter | undefined> {
    const letter = await this.#run<LetterReply | null>("findLetter", jobIdOf(id));
    return letter === null ? undefined : letterOf(letter);
  }

  async retryDeadLetter(id: TaskId): Promise<void> {
    if ((await this.#run<number>("retryLetter", jobIdOf(id))) === 0) throw new DeadLetterUnknownError(this.name, id);
    this.#hint();
  }

  async discardDeadLetter(id: TaskId): Promise<void> {
    const found = await this.#run<number>("discardLetter", jobIdOf(id), this.#settings.rememberFinished);
    if (found === 0) throw new DeadLetterUnknownError(this.name, id);
  }

  async #run<T>(op: QueueOp, ...args: (string | number)[]): Promise<T> {
    if (this.#closed) throw new QueueClosedError(this.name);
    return (await this.#script.run<T>(op, ...args)).result;
  }

  async #store(tasks: readonly EncodedTask[], capacity: number): Promise<readonly StoreResult[]> {
    const wallNow = this.#clock.wallNow();
    const args = tasks.flatMap((task) => publishArgs(task, wallNow));
    const results = await this.#publish(capacity, tasks.length, args);
    for (const result of results) {
      if (result === "stored") this.#figures.published += 1;
      if (result === "duplicate") this.#figures.duplicates += 1;
    }
    if (results.includes("stored")) this.#hint();
    return results;
  }

  /** A server without memory takes no tasks, but everything else goes on. */
  async #publish(capacity: number, count: number, args: readonly (string | number)[]): Promise<readonly StoreResult[]> {
    try {
      const sent = this.#trail.next();
      const trail = [this.#trail.id, sent, this.#hasForgotten ? 1 : 0];
      const results = await this.#run<readonly StoreResult[]>("publish", capacity, ...trail, count, ...args);
      if (results.includes("stored")) this.#trail.confirm(sent);
      if (this.#isFull) this.#setTrouble(undefined);
      this.#isFull = false;
      return results;
    } catch (error) {
      if (error instanceof RedisFullError) {
        this.#isFull = true;
        this.#setTrouble(error.message);
      }
      throw error;
    }
  }

  async #bury(args: readonly (string | number)[]): Promise<boolean> {
    const { rememberFinished, maxDeadLetters } = this.#settings;
    const [buried, dropped] = await this.#run<readonly [number, readonly string[]]>(
      "bury",
      rememberFinished,
      maxDeadLetters,
      ...args,
    );
    for (const jobId of dropped) {
      const taskId = taskIdOf(jobId);
      this.#events.emit({ kind: "dead_letter.dropped", unit: `queue:${this.name}`, taskId, limit: maxDeadLetters });
    }
    this.#publishers.room();
    this.#hint();
    return buried === 1;
  }

  async #renew(deliveries: readonly LeasedDelivery[]): Promise<readonly LeasedDelivery[]> {
    const { leaseMs } = this.#settings;
    const until = this.#clock.now() + leaseMs;
    const args = deliveries.flatMap((delivery) => deliveryArgs(delivery).slice(0, 2));
    const lost = new Set(await this.#run<readonly number[]>("renew", leaseMs, ...args));
    return deliveries.filter((delivery, n) => {
      if (!lost.has(n)) delivery.extendLease(until);
      return lost.has(n);
    });
  }

  /** Something changed here. Whoever waits on the marker hears of it from there. */
  #hint(): void {
    if (!this.#wake.isWaiting) this.#handOut.hint();
  }

  /** A runtime that pauses leaves the marker to the others. */
  #watch(): void {
    if (!this.#figures.paused && !this.#closed) this.#wake.watch();
  }

  #woken(dueAt: number | undefined): void {
    if (this.#closed) return;
    if (this.#handOut.asking === 0 || this.#figures.paused) {
      if (dueAt !== undefined) void this.#run("wake").catch(() => undefined); // somebody else may wait
    } else if (dueAt === 0) this.#handOut.hint();
    else {
      if (dueAt !== undefined) this.#handOut.hintAt(this.#script.localTime(dueAt));
      this.#watch();
    }
  }

  async #look(): Promise<void> {
    const { id, confirmed } = this.#trail;
    const { result } = await this.#script.run<LookReply>("look", randomUUID(), id);
    const [mark, , , , , , due, ready, nextLossMs, trail] = result;
    if (due > 0) this.#handOut.hintAt(this.#script.localTime(due));
    if (ready > 0 && this.#handOut.asking > 0) this.#handOut.hint();
    this.#nextLossMs = nextLossMs;
    this.#checkMemory(mark, trail >= confirmed);
  }

  #lookLater(): void {
    const regularMs = this.#figures.busy ? this.#checkMs : Math.min(longestIdleMs, this.#settings.leaseMs / 2);
    const afterMs = this.#nextLossMs > 0 ? Math.min(regularMs, this.#nextLossMs + lossSlackMs) : regularMs;
    this.#lookTimer?.[Symbol.dispose]();
    this.#lookTimer = this.#clock.after(afterMs, () => void this.#lookAgain());
    this.#looksOften = afterMs <= this.#checkMs;
  }

  /** Somebody holds a lease now, or waits for his time: from here on one has to look. */
  #moved(): void {
    if (this.#figures.busy && !this.#looksOften && this.#lookTimer !== undefined) this.#lookLater();
  }

  async #lookAgain(): Promise<void> {
    try {
      if (this.#script.isReady) await this.#lookWell();
    } catch (error) {
      this.#setTrouble(messageOf(error));
    }
    this.#handOut.giveUpDoubtful(this.#commands.failure(new Error("Connection is closed.")));
    if (!this.#closed) this.#lookLater();
  }

  /** A server that will not do any more is told; what it holds is worked off all the same. */
  async #lookWell(): Promise<void> {
    await this.#look();
    const now = this.#clock.now();
    if (this.#figures.trouble !== undefined || now - this.#checkedAt >= serverCheckMs) {
      await this.#commands.check();
      this.#checkedAt = now;
    }
    if (!this.#isFull) this.#setTrouble(undefined);
  }

  #checkMemory(mark: string, hasTrail: boolean): void {
    const isOther = this.#mark !== undefined && mark !== this.#mark;
    this.#mark = mark;
    if (!isOther && hasTrail) return;
    this.#trail.restart();
    this.#hasForgotten = true;
    this.#facts.report("queue_redis_forgot", { address: this.#commands.address });
    this.#forgot?.();
  }

  #setTrouble(sentence: string | undefined): void {
    if (this.#closed || sentence === this.#figures.trouble) return;
    this.#figures.trouble = sentence;
    if (sentence !== undefined) this.#facts.report("queue_redis_failed", { sentence });
  }

  #lost(): void {
    if (this.#closed || this.#lostAt !== undefined) return;
    this.#lostAt = this.#clock.now();
    this.#setTrouble(messageOf(this.#commands.failure(new Error("Connection is closed."))));
  }

  async #back(): Promise<void> {
    const lostMs = Math.round(this.#clock.now() - (this.#lostAt ?? this.#clock.now()));
    this.#lostAt = undefined;
    try {
      await this.#script.compareClocks();
      await this.#lookWell();
      this.#facts.report("queue_redis_back", { address: this.#commands.address, lostMs });
      const lost = this.#handOut.takeLostTokens();
      if (lost.length > 0) await this.#script.run("reclaim", ...lost);
    } catch (error) {
      this.#setTrouble(messageOf(this.#commands.failure(error)));
    }
    this.#handOut.hint();
  }

  #newHandOut(): HandOut {
    return new HandOut({
      queue: this.name,
      settings: this.#settings,
      clock: this.#clock,
      script: this.#script,
      figures: this.#figures,
      tokens: randomUUID(),
      onIdle: () => this.#watch(),
      onAcked: () => this.#publishers.room(),
      onUnreadable: (jobId, token) => void this.#buryUnreadable(jobId, token),
      giveBack: (delivery) => this.#giveBack(delivery),
    });
  }

  async #buryUnreadable(jobId: string, token: string): Promise<void> {
    const detail = "What Redis holds under this id is no task that this version can read.";
    await this.#bury([jobId, token, "", "", "rejected", detail, 0]).catch(() => undefined); // it comes back
  }

  #giveBack(delivery: LeasedDelivery): void {
    const given = this.#script
      .run("nack", ...deliveryArgs(delivery), 0, 0, 0)
      .catch(() => undefined) // its lease runs out
      .then(() => {
        this.#givingBack.delete(given);
        this.#hint();
      });
    this.#givingBack.add(given);
  }

  /** What is on its way back arrives; a server that hangs is not waited for longer than for any answer. */
  async #disconnect(): Promise<void> {
    await Promise.all(this.#givingBack);
    await Promise.all([this.#commands.close(), this.#waiting.close()]);
    this.#script.close();
  }
}
