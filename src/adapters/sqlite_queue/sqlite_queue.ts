import type { Clock } from "../../app_runtime/base/clock.ts";
import type { DeadLetter, DeadLetterReason } from "../../app_runtime/contracts/dead_letter.ts";
import type { LeasedDelivery } from "../../app_runtime/contracts/delivery.ts";
import type { EventChannel } from "../../app_runtime/contracts/runtime_event.ts";
import type { Task, TaskId } from "../../app_runtime/contracts/task.ts";
import {
  type NackOptions,
  type PublishResult,
  QueueClosedError,
  type QueueSettings,
  type QueueStats,
  type TaskQueue,
} from "../../app_runtime/contracts/task_queue.ts";
import type { Consumer } from "../../app_runtime/queue/api.ts";
import type { DatabaseLimits, SqliteDatabase } from "../sqlite/index.ts";
import { sqliteQueueCapabilities } from "./capabilities.ts";
import { HandOuts } from "./hand_outs.ts";
import { HeldLeases } from "./held_leases.ts";
import { LeaseEnds } from "./lease_ends.ts";
import { NeighbourLook } from "./neighbour_look.ts";
import { Outage } from "./outage.ts";
import { Publishing } from "./publishing.ts";
import { queueDatabase } from "./queue_database.ts";
import { factTeller } from "./queue_fact.ts";
import { QueueFiles } from "./queue_files.ts";
import { QueuePicture } from "./queue_picture.ts";
import type { Step, Work, WorkDone } from "./queue_protocol.ts";
import { Settling } from "./settling.ts";
import { StoredLetters } from "./stored_letters.ts";
import { WallClockWatch } from "./wall_clock_watch.ts";
import { fromWireDone, toWireWork, type WireDone } from "./wire_work.ts";
import { mustLast, WorkLine } from "./work_line.ts";

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
  readonly #survivesMachine: boolean;
  readonly #database: SqliteDatabase;
  readonly #line: WorkLine;
  readonly #held = new HeldLeases();
  readonly #files: QueueFiles;
  readonly #publishing: Publishing;
  readonly #handOuts: HandOuts;
  readonly #settling: Settling;
  readonly #leaseEnds: LeaseEnds;
  readonly #neighbours: NeighbourLook;
  readonly #outage: Outage;
  readonly #letters: StoredLetters;
  readonly #picture: QueuePicture;
  readonly #wallClock: WallClockWatch;

  /** A look is wanted even when nobody asks. */
  #look = false;
  #opened = false;
  #closed = false;
  #closing: Promise<void> | undefined;

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
    const tell = factTeller(name, parts.events);
    this.name = name;
    this.#settings = settings;
    this.#clock = clock;
    this.#events = parts.events;
    this.#survivesMachine = parts.survivesMachine ?? false;
    this.#files = new QueueFiles({ path: parts.file, makesDirectory: parts.makesDirectory ?? false, tell });
    this.#picture = new QueuePicture(clock);
    this.#wallClock = new WallClockWatch(clock);
    this.#database = queueDatabase({
      path: parts.file,
      book: { name, ...settings },
      clock,
      onOpen: () => {
        if (this.#opened) this.#files.reopened();
      },
      limits: parts.limits,
    });
    this.#line = new WorkLine({
      clock,
      run: (steps, isAlone) => this.#run(steps, isAlone),
      isWanted: () => !this.#closed && !this.#outage.pausing && (this.#look || this.#handOuts.wanted > 0),
      onDone: (done) => this.#apply(done),
      onFailure: (error) => this.#failed(error),
      takeAnswers: () => this.#database.takeAnswers(),
      splits: (error) => ["DATABASE_FULL", "SQL_FAILED"].includes(Reflect.get(Object(error), "code")),
    });
    this.#letters = new StoredLetters({ queue: name, database: this.#database, do: (step) => this.#do(step) });
    this.#outage = new Outage({ clock, tell, onRetry: () => this.#line.wake() });
    this.#neighbours = new NeighbourLook({
      clock,
      isAwaited: () => this.#handOuts.asks > 0 || this.#publishing.waiting > 0,
      look: () => this.#lookAround(),
    });
    this.#publishing = new Publishing({
      queue: name,
      files: this.#files,
      do: (step, size) => this.#do(step, size),
      room: () => settings.capacity - this.#picture.open,
      onWait: () => {
        if (this.#handOuts.asks === 0) this.#neighbours.schedule();
      },
    });
    this.#handOuts = new HandOuts({
      clock,
      leaseMs: settings.leaseMs,
      held: this.#held,
      onAsk: () => this.#asked(),
      putBack: (lease) => this.#doAlong(() => ({ kind: "put_back", lease })),
      bury: (lease, detail) => this.#doAlong(() => ({ kind: "bury", lease, reason: "rejected", detail })),
    });
    this.#settling = new Settling({
      queue: name,
      clock,
      leaseMs: settings.leaseMs,
      held: this.#held,
      do: (step) => this.#do(step),
    });
    this.#leaseEnds = new LeaseEnds({
      clock,
      held: this.#held,
      expire: (lease) => this.#line.do(() => ({ kind: "expire", lease })),
      onWake: () => this.#workOrLook(),
    });
  }

  /** @throws the errors of adapters/sqlite, {QueueFileTakenError} */
  async open(): Promise<void> {
    if (this.#opened) return;
    this.#files.make();
    await this.#database.open();
    try {
      await this.#files.claim(this.#database, this.name);
      await this.#database.call("begin", this.#clock.wallNow(), { durable: false });
    } catch (thrown) {
      await this.#database.close();
      throw thrown;
    }
    this.#wallClock.accept(this.#wallClock.now);
    this.#files.opened();
    this.#opened = true;
    this.#workOrLook();
    this.#neighbours.start();
    await this.#line.idle();
  }

  close(): Promise<void> {
    this.#closing ??= this.#shut();
    return this.#closing;
  }

  publish(task: Task, options?: { readonly signal?: AbortSignal }): Promise<PublishResult> {
    return this.#publishing.publish(task, options);
  }

  tryPublish(task: Task): Promise<PublishResult | "full"> {
    return this.#publishing.tryPublish(task);
  }

  consume(options: { readonly signal: AbortSignal; readonly concurrency: number }): Consumer {
    return this.#handOuts.consume(options);
  }

  async ack(delivery: LeasedDelivery): Promise<void> {
    await this.#settling.ack(delivery);
  }

  async nack(delivery: LeasedDelivery, options: NackOptions): Promise<void> {
    await this.#settling.nack(delivery, options);
  }

  async deadLetter(delivery: LeasedDelivery, reason: DeadLetterReason, detail: string): Promise<void> {
    await this.#settling.bury(delivery, reason, detail);
  }

  renew(deliveries: readonly LeasedDelivery[]): Promise<readonly LeasedDelivery[]> {
    return this.#settling.renew(deliveries);
  }

  async withdraw(source: string): Promise<void> {
    await this.#do(() => ({ kind: "withdraw", source }));
  }

  /** Of this process: others that share the file go on. */
  async pause(): Promise<void> {
    this.#handOuts.pause();
  }

  async resume(): Promise<void> {
    this.#handOuts.resume();
    if (this.#handOuts.wanted > 0) this.#line.wake();
  }

  stats(): QueueStats {
    const trouble = this.#files.gone?.message ?? this.#outage.trouble;
    const { paused, lastPickupAt } = this.#handOuts;
    const { published, duplicates } = this.#publishing;
    const { acked, retried } = this.#settling;
    return {
      ...this.#picture.counts,
      capacity: this.#settings.capacity,
      paused,
      oldestWaitingMs: this.#picture.oldestWaitingMs,
      ...(lastPickupAt === undefined ? {} : { lastPickupAt }),
      published,
      duplicates,
      acked,
      retried,
      ...(trouble === undefined ? {} : { trouble }),
    };
  }

  listDeadLetters(options: { readonly offset: number; readonly limit: number }): Promise<readonly DeadLetter[]> {
    return this.#letters.list(options);
  }

  findDeadLetter(id: TaskId): Promise<DeadLetter | undefined> {
    return this.#letters.find(id);
  }

  retryDeadLetter(id: TaskId): Promise<void> {
    return this.#letters.retry(id);
  }

  discardDeadLetter(id: TaskId): Promise<void> {
    return this.#letters.discard(id);
  }

  /** Resolves when the database has answered everything it was asked so far. */
  async idle(): Promise<void> {
    await this.#neighbours.looking;
    await this.#line.idle();
  }

  async #shut(): Promise<void> {
    this.#closed = true;
    for (const part of [this.#outage, this.#leaseEnds, this.#neighbours]) part.stop();
    this.#handOuts.close();
    this.#publishing.close();
    // What arrives for nobody meanwhile is put back.
    await this.idle();
    this.#publishing.close();
    await this.#database.close();
  }

  #do(step: () => Step, size = 0) {
    if (this.#closed || !this.#opened) return Promise.reject(new QueueClosedError(this.name));
    return this.#line.do(step, size);
  }

  /** Of what nobody waits for: if it fails, the leases are looked at again. */
  #doAlong(step: () => Step): void {
    this.#line.do(step).catch(() => undefined);
  }

  /** One transaction. */
  async #run(steps: readonly Step[], isAlone: boolean): Promise<WorkDone> {
    const wallOffset = this.#wallClock.now;
    const all = this.#wallClock.isPutBack(wallOffset) ? [...steps, { kind: "clock_put_back" } as const] : steps;
    this.#handOuts.mayHaveReady();
    const [sentAt, take] = [this.#clock.now(), isAlone ? 0 : this.#handOuts.wanted];
    const work: Work = { now: this.#clock.wallNow(), steps: all, take, seenVersion: this.#picture.dataVersion };
    this.#look = false;
    const durable = this.#survivesMachine && mustLast(work);
    const wire = await this.#database.call<WireDone>("work", toWireWork(work), { durable, atOnce: true });
    const done = fromWireDone(wire);
    if (steps.some(({ kind }) => kind === "publish")) this.#files.check();
    this.#wallClock.accept(wallOffset);
    this.#handOuts.mayHaveReady(isAlone || done.more || done.taken.length === take);
    this.#handOuts.deliver(done.taken, sentAt);
    return done;
  }

  #apply(done: WorkDone): void {
    this.#outage.over();
    this.#picture.take(done);
    if (done.leases !== undefined) {
      this.#leaseEnds.see(done.leases);
      this.#neighbours.sawOthers();
    }
    for (const taskId of done.dropped) {
      const limit = this.#settings.maxDeadLetters;
      this.#events.emit({ kind: "dead_letter.dropped", unit: `queue:${this.name}`, taskId, limit });
    }
    if (done.more) this.#look = true;
    this.#publishing.admit();
    this.#arm(done.rateWaitMs);
  }

  #asked(): void {
    if (this.#handOuts.wanted > 0) this.#line.wake();
    if (this.#handOuts.asks === 1) this.#neighbours.schedule();
  }

  /** Wakes when a delay, the rate limit or a lease ends. */
  #arm(rateWaitMs: number): void {
    if (this.#closed) return;
    const { dueInMs } = this.#picture;
    const others = dueInMs === undefined ? [] : [dueInMs];
    if (rateWaitMs > 0 && this.#handOuts.asks > 0) others.push(rateWaitMs);
    this.#leaseEnds.arm(others);
  }

  /** Somebody may get something, and if nobody does, the picture is made new. */
  #workOrLook(): void {
    this.#look = true;
    this.#handOuts.mayHaveReady();
    this.#line.wake();
  }

  /** What other processes did is told by nobody: SQLite counts the commits of others, and to ask for the count is cheap. */
  async #lookAround(): Promise<void> {
    if (this.#outage.pausing) return;
    this.#files.check();
    const isDue = this.#picture.dueInMs === 0;
    try {
      const [row] = await this.#database.read("PRAGMA data_version");
      if (Number(row?.data_version) === this.#picture.dataVersion && !isDue) return;
    } catch (thrown) {
      this.#failed(thrown);
      return;
    }
    this.#workOrLook();
  }

  /** Leases we meant to end may be held still, so all are looked at again. */
  #failed(error: unknown): void {
    this.#picture.doubt();
    this.#handOuts.mayHaveReady();
    this.#look = true;
    this.#outage.failed(error, { retry: !this.#closed });
  }
}
