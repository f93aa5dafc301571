import type { Clock } from "../../app_runtime/base/clock.ts";
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
import { Consumer } from "../../app_runtime/queue/api.ts";
import { memoryQueueCapabilities } from "./capabilities.ts";
import { DeadLetterShelf } from "./dead_letter_shelf.ts";
import type { Entry } from "./entry.ts";
import { FinishedIds } from "./finished_ids.ts";
import { HandOut } from "./hand_out.ts";
import { PublishLine } from "./publish_line.ts";

const answers = { stored: Promise.resolve("stored" as const), duplicate: Promise.resolve("duplicate" as const) };

/** One for all: a promise for each ack would cost as much as the ack. */
const settled = Promise.resolve();

/**
 * A TaskQueue in the memory of this process. Its lease is a settle token and a deadline; the thread that would watch over it
 * is the thread that may be stuck, so the deadline is looked at when that thread runs again.
 */
export class MemoryQueue implements TaskQueue {
  readonly name: string;
  readonly capabilities = memoryQueueCapabilities;
  readonly #settings: QueueSettings;
  readonly #clock: Clock;
  readonly #events: EventChannel;

  readonly #entries = new Map<TaskId, Entry>();
  readonly #handOut: HandOut;
  readonly #finished: FinishedIds;
  readonly #dead: DeadLetterShelf;
  readonly #publishers = new PublishLine();
  readonly #consumers = new Set<Consumer>();

  #paused = false;
  #closed = false;
  #published = 0;
  #duplicates = 0;
  #acked = 0;
  #retried = 0;

  constructor(parts: {
    readonly name: string;
    readonly settings: QueueSettings;
    readonly clock: Clock;
    readonly events: EventChannel;
  }) {
    this.name = parts.name;
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#events = parts.events;
    this.#handOut = new HandOut({ settings: parts.settings, clock: parts.clock, onReady: () => this.#dispatch() });
    this.#finished = new FinishedIds(parts.settings.rememberFinished);
    this.#dead = new DeadLetterShelf(parts.settings.maxDeadLetters);
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {
    this.#closed = true;
    this.#handOut.close();
    for (const consumer of this.#consumers) consumer.end();
    this.#publishers.rejectAll(new QueueClosedError(this.name));
  }

  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult> {
    const signal = options?.signal;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(new QueueClosedError(this.name));
    const result = this.#tryStore(task);
    return result === "full" ? this.#publishers.wait(task, signal) : answers[result];
  }

  async tryPublish(task: Task): Promise<PublishResult | "full"> {
    if (this.#closed) throw new QueueClosedError(this.name);
    return this.#tryStore(task);
  }

  consume(options: { readonly signal: AbortSignal; readonly concurrency: number }): Consumer {
    const { signal } = options;
    const end = () => consumer.end();
    const consumer = new Consumer({
      take: () => this.#take(),
      onWait: () => this.#handOut.armWake(),
      onEnd: () => {
        this.#consumers.delete(consumer);
        signal.removeEventListener("abort", end);
      },
    });
    this.#consumers.add(consumer);
    signal.addEventListener("abort", end, { once: true });
    if (this.#closed || signal.aborted) end();
    return consumer;
  }

  ack(delivery: LeasedDelivery): Promise<void> {
    const entry = this.#entries.get(delivery.task.id);
    if (entry?.delivery !== delivery) return Promise.reject(new LeaseLostError(this.name, delivery.task.id));
    this.#acked += 1;
    this.#finished.add(entry.task.id);
    this.#finish(entry);
    return settled;
  }

  async nack(delivery: LeasedDelivery, options: NackOptions): Promise<void> {
    const entry = this.#held(delivery);
    if (options.burnAttempt) {
      entry.attempt += 1;
      this.#retried += 1;
    }
    if (options.unopened !== true) entry.crashes = 0;
    this.#handOut.giveBack(entry, options.retryDelayMs);
    this.#dispatch();
  }

  async deadLetter(delivery: LeasedDelivery, reason: DeadLetterReason, detail: string): Promise<void> {
    const entry = this.#held(delivery);
    this.#shelve({ task: entry.task, reason, detail, attempts: entry.attempt, diedAt: this.#clock.wallNow() });
    this.#finish(entry);
  }

  async renew(deliveries: readonly LeasedDelivery[]): Promise<readonly LeasedDelivery[]> {
    const until = this.#clock.now() + this.#settings.leaseMs;
    return deliveries.filter((delivery) => {
      const held = this.#entries.get(delivery.task.id)?.delivery === delivery;
      if (held) delivery.extendLease(until);
      return !held;
    });
  }

  async withdraw(source: string): Promise<void> {
    const isOfSource = ({ task }: { readonly task: Task }) => task.source === source;
    for (const entry of this.#entries.values()) if (isOfSource(entry)) this.#entries.delete(entry.task.id);
    this.#handOut.drop(isOfSource);
    this.#dead.drop(isOfSource);
    this.#admitPublishers();
    this.#dispatch();
  }

  async pause(): Promise<void> {
    this.#paused = true;
  }

  async resume(): Promise<void> {
    this.#paused = false;
    this.#dispatch();
  }

  stats(): QueueStats {
    const { delayed, leased, lastPickupAt, oldestReadyAt } = this.#handOut;
    return {
      waiting: this.#entries.size - delayed - leased,
      delayed,
      leased,
      dead: this.#dead.size,
      capacity: this.#settings.capacity,
      paused: this.#paused,
      oldestWaitingMs: oldestReadyAt === undefined ? 0 : Math.max(0, this.#clock.now() - oldestReadyAt),
      ...(lastPickupAt === undefined ? {} : { lastPickupAt }),
      published: this.#published,
      duplicates: this.#duplicates,
      acked: this.#acked,
      retried: this.#retried,
    };
  }

  async listDeadLetters(options: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]> {
    return this.#dead.newestFirst(options.offset, options.limit);
  }

  async findDeadLetter(id: TaskId): Promise<DeadLetter | undefined> {
    return this.#dead.find(id);
  }

  async retryDeadLetter(id: TaskId): Promise<void> {
    const letter = this.#dead.remove(id);
    if (letter === undefined) throw new DeadLetterUnknownError(this.name, id);
    this.#admit(letter.task);
  }

  async discardDeadLetter(id: TaskId): Promise<void> {
    if (this.#dead.remove(id) === undefined) throw new DeadLetterUnknownError(this.name, id);
    this.#finished.add(id);
  }

  #tryStore(task: Task): PublishResult | "full" {
    if (this.#knows(task.id)) return this.#duplicate();
    if (this.#entries.size >= this.#settings.capacity || this.#publishers.length > 0) return "full";
    return this.#store(task);
  }

  #knows(id: TaskId): boolean {
    return this.#entries.has(id) || this.#finished.has(id) || this.#dead.has(id);
  }

  #duplicate(): PublishResult {
    this.#duplicates += 1;
    return "duplicate";
  }

  #store(task: Task): PublishResult {
    this.#published += 1;
    this.#admit(task);
    return "stored";
  }

  #admit(task: Task): void {
    const delayMs = task.notBefore === undefined ? 0 : Math.max(0, task.notBefore - this.#clock.wallNow());
    const readyAt = this.#clock.now() + delayMs;
    const entry: Entry = { task, attempt: 1, crashes: 0, readyAt, delivery: undefined };
    this.#entries.set(task.id, entry);
    this.#handOut.enter(entry);
    this.#dispatch();
  }

  #take(): LeasedDelivery | undefined {
    return this.#paused || this.#closed ? undefined : this.#handOut.take();
  }

  /** Gives what is ready to the workers that wait. */
  #dispatch(): void {
    for (const consumer of this.#consumers) {
      while (consumer.waiting > 0) {
        const delivery = this.#take();
        if (delivery === undefined) {
          if (!this.#paused) this.#handOut.armWake();
          return;
        }
        consumer.give(delivery);
      }
    }
  }

  #held(delivery: LeasedDelivery): Entry {
    const entry = this.#entries.get(delivery.task.id);
    if (entry === undefined || entry.delivery !== delivery) throw new LeaseLostError(this.name, delivery.task.id);
    return entry;
  }

  #finish(entry: Entry): void {
    this.#entries.delete(entry.task.id);
    this.#handOut.leave(entry);
    this.#admitPublishers();
    this.#dispatch();
  }

  /** Room has come free: the longest waiting publisher may store. */
  #admitPublishers(): void {
    while (this.#publishers.length > 0 && this.#entries.size < this.#settings.capacity) {
      this.#publishers.admit((task) => (this.#knows(task.id) ? this.#duplicate() : this.#store(task)));
    }
  }

  #shelve(letter: DeadLetter): void {
    const limit = this.#settings.maxDeadLetters;
    const dropped = this.#dead.put(letter);
    if (dropped === undefined) return;
    this.#events.emit({
      kind: "dead_letter.dropped",
      unit: `queue:${this.name}`,
      taskId: dropped.task.id,
      limit,
    });
  }
}
