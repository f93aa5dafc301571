// Over 350 lines: every verb of the contract shares one picture of the file, which hand-outs, looks for neighbours and troubles all change; splitting it would spread that state.
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type Backoff, backoffDelay } from "../../app_runtime/base/backoff.ts";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { messageOf } from "../../app_runtime/base/runtime_error.ts";
import {
  type DeadLetter,
  type DeadLetterReason,
  DeadLetterUnknownError,
} from "../../app_runtime/contracts/dead_letter.ts";
import { LeasedDelivery, type LeaseToken } from "../../app_runtime/contracts/delivery.ts";
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
import { type DatabaseLimits, makePrivateFile, SqliteDatabase } from "../sqlite/index.ts";
import { sqliteQueueCapabilities } from "./capabilities.ts";
import { letterOf, letterOfId, newestLetters } from "./dead_letter_rows.ts";
import { HeldLeases, type OwnLease } from "./held_leases.ts";
import { PublishLine } from "./publish_line.ts";
import { QueueFiles } from "./queue_files.ts";
import type { BookSettings, HeldLease, Step, Taken, TaskRow, Work, WorkDone } from "./queue_protocol.ts";
import { queueMigrations } from "./queue_tables.ts";
import { SilentLeases } from "./silent_leases.ts";
import { QueueFileGoneError, QueueFileTakenError } from "./sqlite_queue_errors.ts";
import { rowOf, taskOf } from "./task_row.ts";
import { mustLast, WorkLine } from "./work_line.ts";

/** Pause between two looks for what other processes have done: while somebody waits, less often when they are silent, or nobody waits. */
const lookWhileWaitingMs = 50;
const lookWhileSilentMs = 200;
const lookMs = 500;
const silentAfterMs = 10_000;

const failureBackoff: Backoff = { initialDelayMs: 100, maxDelayMs: 5_000, factor: 2, jitter: 0 };

/** A wall clock that lost more than this against the monotonic one was put back. */
const putBackMs = 1_000;

/** Type stripping runs the sources as they are; a build has beside this file what it was compiled to. */
const procedures = new URL(
  import.meta.url.endsWith(".ts") ? "./thread/queue_procedures.ts" : "./thread/queue_procedures.js",
  import.meta.url,
).href;

const nothing: WorkDone["counts"] = { waiting: 0, delayed: 0, leased: 0, dead: 0 };

/**
 * A TaskQueue in an SQLite file, which several processes of one machine may open at once. Every promise is kept in the file:
 * each call is a step of a transaction, the transaction decides, and what this class remembers is only a picture of it.
 */
export class SqliteQueue implements TaskQueue {
  readonly name: string;
  readonly capabilities = sqliteQueueCapabilities;
  readonly #settings: QueueSettings;
  readonly #clock: Clock;
  readonly #events: EventChannel;
  readonly #file: string;
  readonly #makesDirectory: boolean;
  readonly #survivesMachine: boolean;
  readonly #database: SqliteDatabase;
  readonly #line: WorkLine;

  readonly #publishers = new PublishLine();
  readonly #consumers = new Set<Consumer>();
  readonly #held = new HeldLeases();
  readonly #silent = new SilentLeases();

  /** Questions of workers that wait for an answer. */
  #asks = 0;
  /** Somebody may get something: since the last hand-out that left questions open, something has happened. */
  #maybeReady = true;
  /** A look is wanted even when nobody asks. */
  #look = false;
  #failures = 0;
  #retry: Disposable | undefined;
  #wake: { readonly at: number; readonly timer: Disposable } | undefined;
  #nextLook: Disposable | undefined;
  #looking: Promise<void> | undefined;
  /** Clock.now() when another process was last seen to write. */
  #othersAt = 0;
  #trouble: string | undefined;
  readonly #files: QueueFiles;
  #gone: QueueFileGoneError | undefined;

  #seenVersion = -1;
  #counts = nothing;
  #oldestSince: number | undefined;
  #nextDueAt: number | undefined;
  #wallOffset = 0;
  #opened = false;
  #closed = false;
  #closing: Promise<void> | undefined;
  #paused = false;
  #lastPickupAt: number | undefined;
  #published = 0;
  #duplicates = 0;
  #acked = 0;
  #retried = 0;

  constructor(parts: {
    readonly name: string;
    readonly settings: QueueSettings;
    readonly clock: Clock;
    readonly events: EventChannel;
    readonly file: string;
    /** The directory of `file` is made when it is missing. */
    readonly makesDirectory?: boolean;
    /** What is accepted is on the disk, and not only with the operating system. */
    readonly survivesMachine?: boolean;
    readonly limits?: Partial<DatabaseLimits>;
  }) {
    const { name, settings, clock } = parts;
    this.name = name;
    this.#settings = settings;
    this.#clock = clock;
    this.#events = parts.events;
    this.#file = parts.file;
    this.#files = new QueueFiles(parts.file);
    this.#makesDirectory = parts.makesDirectory ?? false;
    this.#survivesMachine = parts.survivesMachine ?? false;
    const book: BookSettings = { name, ...settings };
    this.#database = new SqliteDatabase({
      path: parts.file,
      migrations: [queueMigrations],
      procedures: { href: procedures, settings: book },
      clock,
      onStateChange: ({ kind }) => {
        if (kind === "open" && this.#opened) this.#files.reopened();
      },
      ...(parts.limits !== undefined && { limits: parts.limits }),
    });
    this.#line = new WorkLine({
      run: (steps, isAlone) => this.#run(steps, isAlone),
      isWanted: () => !this.#closed && this.#retry === undefined && (this.#look || this.#wanted > 0),
      onDone: (done) => this.#apply(done),
      onFailure: (error) => this.#failed(error),
      splits: (error) => ["DATABASE_FULL", "SQL_FAILED"].includes(Reflect.get(Object(error), "code")),
    });
  }

  /** @throws the errors of adapters/sqlite, {QueueFileTakenError} */
  async open(): Promise<void> {
    if (this.#opened) return;
    this.#makeFile();
    await this.#database.open();
    try {
      await this.#claimFile();
      await this.#database.call("begin", this.#clock.wallNow(), { durable: false });
    } catch (thrown) {
      await this.#database.close();
      throw thrown;
    }
    this.#wallOffset = this.#clock.wallNow() - this.#clock.now();
    this.#files.opened();
    this.#opened = true;
    this.#look = true;
    this.#line.wake();
    this.#scheduleLook();
    await this.#line.idle();
  }

  close(): Promise<void> {
    this.#closing ??= this.#shut();
    return this.#closing;
  }

  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult> {
    const signal = options?.signal;
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const row = rowOf(task);
    return this.#store(row, () => this.#publishers.length === 0).then((result) => {
      if (result !== "full") return result;
      if (this.#closed) throw new QueueClosedError(this.name);
      const waiting = this.#publishers.wait(row, signal);
      this.#admitPublishers();
      if (this.#asks === 0) this.#scheduleLook();
      return waiting;
    });
  }

  tryPublish(task: Task): Promise<PublishResult | "full"> {
    return this.#store(rowOf(task), () => this.#publishers.length === 0);
  }

  consume(options: { readonly signal: AbortSignal; readonly concurrency: number }): Consumer {
    const { signal } = options;
    const end = () => consumer.end();
    const consumer = new Consumer({
      onWait: () => this.#asked(),
      onEnd: () => {
        this.#asks -= consumer.waiting;
        this.#consumers.delete(consumer);
        signal.removeEventListener("abort", end);
      },
    });
    this.#consumers.add(consumer);
    signal.addEventListener("abort", end, { once: true });
    if (this.#closed || signal.aborted) end();
    return consumer;
  }

  async ack(delivery: LeasedDelivery): Promise<void> {
    await this.#settle(delivery, (lease) => ({ kind: "ack", lease }));
    this.#acked += 1;
  }

  async nack(delivery: LeasedDelivery, options: NackOptions): Promise<void> {
    const { retryDelayMs: delayMs, burnAttempt } = options;
    await this.#settle(delivery, (lease) => ({ kind: "nack", lease, delayMs, burnAttempt }));
    if (burnAttempt) this.#retried += 1;
  }

  async deadLetter(delivery: LeasedDelivery, reason: DeadLetterReason, detail: string): Promise<void> {
    await this.#settle(delivery, (lease) => ({ kind: "bury", lease, reason, detail }));
  }

  async renew(deliveries: readonly LeasedDelivery[]): Promise<readonly LeasedDelivery[]> {
    const until = this.#clock.now() + this.#settings.leaseMs;
    const held = deliveries.flatMap((delivery) => {
      const lease = this.#held.find(delivery);
      return lease === undefined ? [] : [{ delivery, lease }];
    });
    if (held.length === 0) return deliveries;
    const leases = held.map(({ lease: { seq, leases: count } }) => ({ seq, leases: count }));
    const renewed = (await this.#do(() => ({ kind: "renew", leases }))) as readonly boolean[];
    const kept = new Set<LeasedDelivery>();
    held.forEach(({ delivery, lease }, index) => {
      if (renewed[index] !== true) {
        this.#held.drop(delivery);
        return;
      }
      lease.renewals += 1;
      lease.ending = false;
      delivery.extendLease(until);
      kept.add(delivery);
    });
    return deliveries.filter((delivery) => !kept.has(delivery));
  }

  async withdraw(source: string): Promise<void> {
    await this.#do(() => ({ kind: "withdraw", source }));
  }

  /** Of this process: others that share the file go on. */
  async pause(): Promise<void> {
    this.#paused = true;
  }

  async resume(): Promise<void> {
    this.#paused = false;
    this.#mayHaveReady();
  }

  stats(): QueueStats {
    const since = this.#oldestSince;
    const trouble = this.#gone?.message ?? this.#trouble;
    return {
      ...this.#counts,
      capacity: this.#settings.capacity,
      paused: this.#paused,
      oldestWaitingMs: since === undefined ? 0 : Math.max(0, this.#clock.wallNow() - since),
      ...(this.#lastPickupAt === undefined ? {} : { lastPickupAt: this.#lastPickupAt }),
      published: this.#published,
      duplicates: this.#duplicates,
      acked: this.#acked,
      retried: this.#retried,
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  async listDeadLetters(options: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]> {
    return (await this.#database.read(newestLetters, [options.limit, options.offset])).map(letterOf);
  }

  async findDeadLetter(id: TaskId): Promise<DeadLetter | undefined> {
    const [row] = await this.#database.read(letterOfId, [id]);
    return row && letterOf(row);
  }

  async retryDeadLetter(id: TaskId): Promise<void> {
    if (!(await this.#do(() => ({ kind: "retry_letter", id })))) throw new DeadLetterUnknownError(this.name, id);
  }

  async discardDeadLetter(id: TaskId): Promise<void> {
    if (!(await this.#do(() => ({ kind: "discard_letter", id })))) throw new DeadLetterUnknownError(this.name, id);
  }

  /** Resolves when the database has answered everything it was asked so far. */
  async idle(): Promise<void> {
    await this.#looking;
    await this.#line.idle();
  }

  // --- opening and closing

  #makeFile(): void {
    try {
      if (this.#makesDirectory) mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      makePrivateFile(this.#file);
    } catch {
      // Opening it will fail as well, and says why in words.
    }
  }

  async #claimFile(): Promise<void> {
    const claim = `INSERT INTO queue (one, name, numbers, waiting, delayed, leased, dead, finished)
      VALUES (1, ?, 2, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING`;
    await this.#database.write([{ sql: claim, params: [this.name] }]);
    const [row] = await this.#database.read("SELECT name FROM queue WHERE one = 1");
    if (row?.name !== this.name) throw new QueueFileTakenError(this.name, this.#file, String(row?.name));
  }

  async #shut(): Promise<void> {
    this.#closed = true;
    for (const timer of [this.#retry, this.#wake?.timer, this.#nextLook]) timer?.[Symbol.dispose]();
    for (const consumer of this.#consumers) consumer.end();
    this.#publishers.rejectAll(new QueueClosedError(this.name));
    // What arrives for nobody meanwhile is put back.
    await this.idle();
    this.#publishers.rejectAll(new QueueClosedError(this.name));
    await this.#database.close();
  }

  // --- steps

  #do(step: () => Step, size = 0) {
    if (this.#closed || !this.#opened) return Promise.reject(new QueueClosedError(this.name));
    return this.#line.do(step, size);
  }

  /** Of what nobody waits for: if it fails, the leases are looked at again. */
  #doAlong(step: () => Step): void {
    this.#line.do(step).catch(() => undefined);
  }

  #store(row: TaskRow, admit: () => boolean): Promise<PublishResult | "full"> {
    return this.#do(() => ({ kind: "publish", row, admit: admit() }), row.body.length).then((result) => {
      if (this.#gone !== undefined) throw this.#gone;
      if (result === "stored") this.#published += 1;
      if (result === "duplicate") this.#duplicates += 1;
      return result as PublishResult | "full";
    });
  }

  async #settle(delivery: LeasedDelivery, step: (lease: HeldLease) => Step): Promise<void> {
    const lease = this.#held.find(delivery);
    if (lease === undefined) throw new LeaseLostError(this.name, delivery.task.id);
    const settled = await this.#do(() => step(lease));
    this.#held.drop(delivery);
    if (settled !== true) throw new LeaseLostError(this.name, delivery.task.id);
  }

  /** One transaction. */
  async #run(steps: readonly Step[], isAlone: boolean): Promise<WorkDone> {
    const { wallOffset, all } = this.#withClock(steps);
    this.#maybeReady = true;
    const [sentAt, take] = [this.#clock.now(), isAlone ? 0 : this.#wanted];
    const work: Work = { now: this.#clock.wallNow(), steps: all, take, seenVersion: this.#seenVersion };
    this.#look = false;
    const durable = this.#survivesMachine && mustLast(work);
    const done = await this.#database.call<WorkDone>("work", work, { durable, atOnce: true });
    if (steps.some(({ kind }) => kind === "publish")) this.#checkFiles();
    this.#wallOffset = wallOffset;
    this.#maybeReady = isAlone || done.more || done.taken.length === take;
    this.#deliver(done.taken, sentAt);
    return done;
  }

  /** Retries wait by the wall clock, so that they outlive the process; a clock that was put back must not hold them up. */
  #withClock(steps: readonly Step[]) {
    const wallOffset = this.#clock.wallNow() - this.#clock.now();
    const isPutBack = wallOffset < this.#wallOffset - putBackMs;
    return { wallOffset, all: isPutBack ? [...steps, { kind: "clock_put_back" } as const] : steps };
  }

  #apply(done: WorkDone): void {
    if (this.#failures > 0) this.#recovered();
    this.#counts = done.counts;
    this.#oldestSince = done.oldestSince;
    this.#nextDueAt = done.nextDueAt;
    this.#seenVersion = done.dataVersion;
    if (done.leases !== undefined) {
      const others = done.leases.filter((lease) => !this.#held.has(lease));
      this.#silent.see(others, this.#clock.now());
      this.#othersAt = this.#clock.now();
    }
    for (const taskId of done.dropped) {
      const limit = this.#settings.maxDeadLetters;
      this.#events.emit({ kind: "dead_letter.dropped", unit: `queue:${this.name}`, taskId, limit });
    }
    if (done.more) this.#look = true;
    this.#admitPublishers();
    this.#arm(done.rateWaitMs);
  }

  // --- hand-outs

  get #wanted(): number {
    return this.#maybeReady && !this.#paused && !this.#closed ? this.#asks : 0;
  }

  #asked(): void {
    this.#asks += 1;
    if (this.#wanted > 0) this.#line.wake();
    if (this.#asks === 1) this.#scheduleLook();
  }

  #mayHaveReady(): void {
    this.#maybeReady = true;
    if (this.#wanted > 0) this.#line.wake();
  }

  #deliver(taken: readonly Taken[], sentAt: number): void {
    const leaseUntil = sentAt + this.#settings.leaseMs;
    for (const row of taken) {
      const task = taskOf(row.id, row.body);
      const consumer = task && this.#waitingConsumer();
      if (task === undefined) this.#buryUnreadable(row);
      else if (consumer === undefined || leaseUntil <= this.#clock.now()) this.#putBack(row);
      else {
        const { attempt, crashes } = row;
        const leaseToken = `${row.seq}:${row.leases}` as LeaseToken;
        const delivery = new LeasedDelivery({ task, attempt, crashes, leaseToken, leaseUntil });
        this.#held.add(delivery, ownLeaseOf(row));
        this.#lastPickupAt = sentAt;
        this.#asks -= 1;
        consumer.give(delivery);
      }
    }
  }

  #waitingConsumer(): Consumer | undefined {
    if (this.#paused || this.#closed) return undefined;
    for (const consumer of this.#consumers) if (consumer.waiting > 0) return consumer;
    return undefined;
  }

  #putBack(lease: HeldLease): void {
    this.#doAlong(() => ({ kind: "put_back", lease }));
    this.#maybeReady = true;
  }

  /** Nobody could do anything with it, however often it came. */
  #buryUnreadable(lease: HeldLease): void {
    const detail = "The stored text is not the JSON of this task: the file is damaged, or somebody wrote into it.";
    this.#doAlong(() => ({ kind: "bury", lease, reason: "rejected", detail }));
    this.#maybeReady = true;
  }

  #admitPublishers(): void {
    if (this.#publishers.length === 0 || this.#closed) return;
    const { waiting, delayed, leased } = this.#counts;
    const room = this.#settings.capacity - waiting - delayed - leased;
    this.#publishers.admit(room, (row) => this.#store(row, () => true));
  }

  // --- time

  /** Wakes when a delay, the rate limit or a lease ends. */
  #arm(rateWaitMs: number): void {
    if (this.#closed) return;
    const now = this.#clock.now();
    const ends = [this.#held.nextEnd, this.#silent.nextEnd];
    if (this.#nextDueAt !== undefined) ends.push(now + Math.max(0, this.#nextDueAt - this.#clock.wallNow()));
    if (rateWaitMs > 0 && this.#asks > 0) ends.push(now + rateWaitMs);
    const at = Math.min(...ends.filter((end) => end !== undefined));
    if (this.#wake?.at === at) return;
    this.#wake?.timer[Symbol.dispose]();
    const wake = () => this.#wakeUp();
    this.#wake = Number.isFinite(at) ? { at, timer: this.#clock.after(at - now, wake) } : undefined;
  }

  #wakeUp(): void {
    this.#wake = undefined;
    const now = this.#clock.now();
    for (const [delivery, lease] of this.#held.expired(now)) this.#expireOwn(delivery, lease);
    for (const lease of this.#silent.takeEnded(now)) this.#doAlong(() => ({ kind: "expire", lease }));
    this.#look = true;
    this.#maybeReady = true;
    this.#line.wake();
  }

  /** Unless a renewal is on its way: then the database does not find what is asked of it. */
  #expireOwn(delivery: LeasedDelivery, lease: OwnLease): void {
    const { seq, leases, renewals } = lease;
    lease.ending = true;
    this.#line
      .do(() => ({ kind: "expire", lease: { seq, leases, renewals } }))
      .then(
        () => {
          if (delivery.leaseUntil <= this.#clock.now()) this.#held.drop(delivery);
        },
        () => this.#held.drop(delivery),
      );
  }

  #scheduleLook(): void {
    this.#nextLook?.[Symbol.dispose]();
    if (this.#closed || !this.#opened) return;
    const isAwaited = this.#asks > 0 || this.#publishers.length > 0;
    const areSilent = this.#clock.now() - this.#othersAt > silentAfterMs;
    const pauseMs = !isAwaited ? lookMs : areSilent ? lookWhileSilentMs : lookWhileWaitingMs;
    this.#nextLook = this.#clock.after(pauseMs, () => {
      this.#looking = this.#lookAround().finally(() => {
        this.#looking = undefined;
        this.#scheduleLook();
      });
    });
  }

  /** What other processes did is told by nobody: SQLite counts the commits of others, and to ask for the count is cheap. */
  async #lookAround(): Promise<void> {
    if (this.#retry !== undefined) return;
    this.#checkFiles();
    const isDue = this.#nextDueAt !== undefined && this.#nextDueAt <= this.#clock.wallNow();
    try {
      const [row] = await this.#database.read("PRAGMA data_version");
      if (Number(row?.data_version) === this.#seenVersion && !isDue) return;
    } catch (thrown) {
      this.#failed(thrown);
      return;
    }
    this.#look = true;
    this.#maybeReady = true;
    this.#line.wake();
  }

  /** What was written into a file that is gone is not accepted; what is handed out from there may be worked off. */
  #checkFiles(): void {
    const areThere = this.#files.areThere;
    if (areThere === (this.#gone === undefined)) return;
    this.#gone = areThere ? undefined : new QueueFileGoneError(this.#file);
    if (this.#gone === undefined) this.#fact("info", "queue_available", "The queue's file is back.");
    else this.#fact("error", "queue_unavailable", this.#gone.message);
  }

  // --- outages of the database

  /** Leases we meant to end may be held still, so all are looked at again. */
  #failed(error: unknown): void {
    this.#seenVersion = -1;
    this.#maybeReady = true;
    this.#look = true;
    if (this.#failures === 0) this.#fact("error", "queue_unavailable", messageOf(error));
    this.#trouble = messageOf(error);
    this.#failures += 1;
    if (this.#closed) return;
    this.#retry?.[Symbol.dispose]();
    this.#retry = this.#clock.after(
      backoffDelay(failureBackoff, this.#failures - 1, () => 0),
      () => {
        this.#retry = undefined;
        this.#line.wake();
      },
    );
  }

  #recovered(): void {
    this.#failures = 0;
    this.#trouble = undefined;
    this.#retry?.[Symbol.dispose]();
    this.#retry = undefined;
    this.#fact("info", "queue_available", "The queue's database answers again.");
  }

  #fact(level: "error" | "info", code: string, message: string): void {
    this.#events.emit({ unit: `queue:${this.name}`, kind: "unit.fact", code, level, message, fields: {} });
  }
}

function ownLeaseOf({ seq, leases, renewals, id, orderKey, group }: Taken): OwnLease {
  return { seq, leases, renewals, id, orderKey, group, ending: false };
}
