import { onTestFinished, vi } from "vitest";
import { journalMigrations } from "../../src/adapters/journal_sqlite/journal_schema.ts";
import { SqliteJournal } from "../../src/adapters/journal_sqlite/sqlite_journal.ts";
import { MemoryQueue } from "../../src/adapters/memory_queue/memory_queue.ts";
import { SqliteDatabase } from "../../src/adapters/sqlite/sqlite_database.ts";
import { SystemClock } from "../../src/app_runtime/base/clock.ts";
import type { RuntimeEvent } from "../../src/app_runtime/contracts/runtime_event.ts";
import type { Task, TaskId } from "../../src/app_runtime/contracts/task.ts";
import type { TaskSource } from "../../src/app_runtime/contracts/task_source.ts";
import type { SourceParts } from "../../src/app_runtime/contracts/unit_kind.ts";
import { RuntimeEventChannel } from "../../src/app_runtime/core/runtime_event_channel.ts";
import type { MailFacts, MailTask, StoredContent, TooLargeContent } from "../../src/app_runtime/intake/api.ts";
import { BoundedPublisher } from "../../src/app_runtime/queue/api.ts";
import { TraceService } from "../../src/app_runtime/tracing/api.ts";
import { MemoryBlobs } from "./memory_blobs.ts";

/** What happened to a mail: its worker finished it, gave it up, or still holds it. */
export type Work = "done" | "dead" | "held";

/** What the source under test must tell of a mail. */
export type SeenMail = MailFacts & (StoredContent | TooLargeContent);

export interface DeskOptions<Mail> {
  readonly capacity?: number;
  readonly toTask?: (mail: Mail) => { readonly kind: string; readonly payload: { readonly from?: string } };
  /** Asked for each task that is handed out. */
  readonly work?: (mail: Mail) => Work;
}

/** Makes the source under test of the parts every source gets. */
type MakeSource<Source, Mail> = (parts: SourceParts, toTask: (mail: Mail) => MailTask) => Source;

const clock = new SystemClock();

/** A journal and a blob store that outlive the runs of their source. */
export class SourceDesk {
  readonly database: SqliteDatabase;
  readonly journal: SqliteJournal;
  readonly blobs = new MemoryBlobs();

  constructor() {
    this.database = new SqliteDatabase({ path: ":memory:", migrations: [journalMigrations], clock });
    this.journal = new SqliteJournal({ database: this.database, clock });
    onTestFinished(() => this.database.close());
  }
}

/** A process that starts: source, empty memory queue and one worker. What still runs after the test is stopped. */
export class SourceRun<Source extends TaskSource, Mail extends SeenMail> {
  readonly source: Source;
  readonly queue: MemoryQueue;
  readonly events: RuntimeEvent[] = [];
  /** Mails in the order a worker got them. */
  readonly handled: Mail[] = [];
  /** Their tasks. */
  readonly taskIds: TaskId[] = [];
  readonly #channel = new RuntimeEventChannel(clock);
  readonly #held: (() => Promise<void>)[] = [];
  readonly #desk: SourceDesk;
  readonly #work: (mail: Mail) => Work;
  readonly #stop = new AbortController();
  #working: Promise<void> = Promise.resolve();

  constructor(desk: SourceDesk, options: DeskOptions<Mail>, makeSource: MakeSource<Source, Mail>) {
    this.#desk = desk;
    this.#work = options.work ?? (() => "done");
    const events = this.#channel;
    events.subscribe((event) => void this.events.push(event));
    const capacity = options.capacity ?? 1000;
    const settings = { capacity, leaseMs: 60_000, groupLimit: 1, rememberFinished: 10, maxDeadLetters: 10 };
    this.queue = new MemoryQueue({ name: "mails", settings, clock, events });
    const configVersion = () => "1";
    const traces = new TraceService({ propagation: "link", configVersion });
    const publisher = new BoundedPublisher({ source: "inbox", target: this.queue, traces, events, configVersion });
    const { journal, blobs } = desk;
    const parts = { name: "inbox", clock, events, traces, publisher, journal, blobs };
    const toTask = options.toTask ?? ((mail: Mail) => ({ kind: "mail.received", payload: { ...mail } }));
    this.source = makeSource(parts, toTask as never);
    onTestFinished(() => this.stop());
  }

  /** Starts the worker, too. */
  async start(): Promise<this> {
    await this.queue.open();
    await this.source.start();
    this.#working = this.#consume();
    return this;
  }

  /** Stops in the order of the runtime: no new work, the worker, the source, the queue. */
  async stop(signal: AbortSignal = AbortSignal.timeout(5_000)): Promise<void> {
    await this.source.quiesce();
    this.#stop.abort();
    await this.#working;
    await this.source.stop(signal);
    await this.queue.close();
  }

  /** The process dies: nothing is flushed, nobody says goodbye. */
  async crash(): Promise<void> {
    this.#stop.abort();
    await this.#working;
    await this.source.stop(AbortSignal.abort());
    await this.queue.close();
  }

  /** Finishes what the worker held until now. */
  async finishHeld(): Promise<void> {
    for (const finish of this.#held.splice(0)) await finish();
  }

  /** Calls back at the moment when the source reports this fact for the n-th time. */
  onFact(code: string, nth: number, callback: () => void): void {
    let seen = 0;
    this.#channel.subscribe((event) => {
      if (event.kind !== "unit.fact" || event.code !== code) return;
      seen += 1;
      if (seen === nth) callback();
    });
  }

  /** Codes of the source's own facts. */
  get facts(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "unit.fact" ? [event.code] : []));
  }

  async #consume(): Promise<void> {
    for await (const delivery of this.queue.consume({ signal: this.#stop.signal, concurrency: 1 })) {
      const mail = delivery.task.payload as unknown as Mail;
      this.handled.push(mail);
      this.taskIds.push(delivery.task.id);
      const work = this.#work(mail);
      if (work === "held") {
        this.#held.push(async () => {
          await this.#desk.journal.done(delivery.task.id);
          await this.queue.ack(delivery);
        });
        continue;
      }
      await this.#end(delivery.task, work);
      await this.queue.ack(delivery);
    }
  }

  async #end(task: Task, work: "done" | "dead"): Promise<void> {
    if (work === "done") await this.#desk.journal.done(task.id);
    else await this.#desk.journal.dead(task.id, "rejected", "not for us", 1);
  }
}

/** Repeats the expectation until it holds. */
export async function eventually(expectation: () => unknown | Promise<unknown>, timeout = 8_000): Promise<void> {
  await vi.waitFor(async () => void (await expectation()), { interval: 5, timeout });
}
