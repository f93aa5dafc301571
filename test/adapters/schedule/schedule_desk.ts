import { onTestFinished } from "vitest";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import { SqliteJournal } from "../../../src/adapters/journal_sqlite/sqlite_journal.ts";
import { MemoryQueue } from "../../../src/adapters/memory_queue/memory_queue.ts";
import type { SchedulePayload } from "../../../src/adapters/schedule/planned_task.ts";
import { scheduleSchema } from "../../../src/adapters/schedule/schedule_schema.ts";
import { ScheduleSource } from "../../../src/adapters/schedule/schedule_source.ts";
import { SqliteDatabase } from "../../../src/adapters/sqlite/sqlite_database.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { Journal } from "../../../src/app_runtime/contracts/journal.ts";
import type { RuntimeEvent } from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import { RuntimeEventChannel } from "../../../src/app_runtime/core/runtime_event_channel.ts";
import { BoundedPublisher } from "../../../src/app_runtime/queue/api.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { TraceService } from "../../../src/app_runtime/tracing/api.ts";
import { parsedConfig, type Written } from "../../support/parsed_config.ts";

export type JournalName = "memory" | "sqlite";

export interface RunOptions {
  readonly config?: Written<typeof scheduleSchema>;
  /** How much of it the queue takes while nobody works. */
  readonly capacity?: number;
  /** Whether a worker finishes what comes. */
  readonly works?: boolean;
  /** The journal as this process sees it. */
  readonly through?: (journal: Journal) => Journal;
}

/** Steps of a database's thread that follow on each other before the source waits for the clock again. */
const mostRoundTrips = 12;

/** A clock to move by hand and a journal that outlives its processes. */
export class ScheduleDesk {
  readonly clock: ManualClock;
  readonly journal: Journal;
  readonly #database: SqliteDatabase | undefined;

  constructor(journal: JournalName, at: string) {
    this.clock = new ManualClock(Date.parse(at));
    const clock = new SystemClock();
    const database = new SqliteDatabase({ path: ":memory:", migrations: [journalMigrations], clock });
    this.#database = journal === "sqlite" ? database : undefined;
    this.journal =
      journal === "sqlite"
        ? new SqliteJournal({ database, clock: this.clock })
        : new MemoryJournal({ clock: this.clock });
    onTestFinished(() => this.#database?.close());
  }

  /** A process starts. */
  async open(options: RunOptions = {}): Promise<ScheduleRun> {
    await this.#database?.open();
    const run = new ScheduleRun(this, options);
    await run.start();
    await this.settle();
    return run;
  }

  /** Lets time pass in steps, and in each of them the thread of the database answer. */
  async pass(ms: number): Promise<void> {
    const step = this.#database === undefined ? ms : 15_000;
    for (let left = ms; left > 0; left -= step) {
      await this.clock.advance(Math.min(step, left));
      await this.settle();
    }
  }

  async passTo(at: string): Promise<void> {
    await this.pass(Date.parse(at) - this.clock.wallNow());
  }

  /** The machine is off, or asleep: no timer fires. */
  sleepTo(at: string): void {
    this.clock.jumpWall(Date.parse(at) - this.clock.wallNow());
  }

  async settle(): Promise<void> {
    await settlePromises();
    if (this.#database === undefined) return;
    for (let trip = 0; trip < mostRoundTrips; trip += 1) {
      await this.#database.read("SELECT 1", []);
      await settlePromises();
    }
  }
}

/** A process with one schedule named "report", an empty memory queue and, unless the test says otherwise, a worker. */
export class ScheduleRun {
  readonly source: ScheduleSource;
  readonly queue: MemoryQueue;
  readonly tasks: Task[] = [];
  readonly events: RuntimeEvent[] = [];
  readonly #desk: ScheduleDesk;
  readonly #works: boolean;
  readonly #stop = new AbortController();
  #working: Promise<void> = Promise.resolve();

  constructor(desk: ScheduleDesk, options: RunOptions) {
    const { clock } = desk;
    this.#desk = desk;
    this.#works = options.works ?? true;
    const events = new RuntimeEventChannel(clock);
    events.subscribe((event) => void this.events.push(event));
    const { capacity = 1000 } = options;
    const settings = { capacity, leaseMs: 86_400_000, groupLimit: 1, rememberFinished: 10, maxDeadLetters: 10 };
    this.queue = new MemoryQueue({ name: "reports", settings, clock, events });
    const configVersion = () => "1";
    const traces = new TraceService({ propagation: "link", configVersion });
    const publisher = new BoundedPublisher({ source: "report", target: this.queue, traces, events, configVersion });
    const journal = options.through?.(desk.journal) ?? desk.journal;
    const parts = { name: "report", clock, events, traces, publisher, journal, blobs: undefined as never };
    const config = parsedConfig(scheduleSchema, { cron: "30 6 * * *", timezone: "Europe/Berlin", ...options.config });
    this.source = new ScheduleSource({ config, parts, random: () => 0.5 });
    onTestFinished(async () => {
      await this.stop();
    });
  }

  async start(): Promise<void> {
    await this.queue.open();
    await this.source.start();
    if (this.#works) this.work();
  }

  /** A worker comes. */
  work(): void {
    this.#working = this.#consume();
  }

  /** Stops in order. */
  async stop(): Promise<void> {
    await this.source.quiesce();
    this.#stop.abort();
    await this.#working;
    await this.source.stop(AbortSignal.timeout(5_000));
    await this.queue.close();
  }

  get payloads(): readonly SchedulePayload[] {
    return this.tasks.map((task) => task.payload as unknown as SchedulePayload);
  }

  /** When the tasks that were worked were planned, and whether they were missed. */
  get runs(): readonly string[] {
    return this.payloads.map(({ plannedAt, missed }) => (missed ? `${plannedAt} missed` : plannedAt));
  }

  facts(code: string): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "unit.fact" && event.code === code ? [event.message] : []));
  }

  async #consume(): Promise<void> {
    for await (const delivery of this.queue.consume({ signal: this.#stop.signal, concurrency: 1 })) {
      this.tasks.push(delivery.task);
      await this.#desk.journal.done(delivery.task.id);
      await this.queue.ack(delivery);
    }
  }
}
