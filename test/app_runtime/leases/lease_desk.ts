import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { Fences } from "../../../src/adapters/journal_sqlite/fences.ts";
import { leaseMigrations } from "../../../src/adapters/journal_sqlite/lease_schema.ts";
import { SqliteLeases } from "../../../src/adapters/journal_sqlite/sqlite_leases.ts";
import { CommitGroup } from "../../../src/adapters/sqlite/commit_group.ts";
import { migrate } from "../../../src/adapters/sqlite/migrate.ts";
import type { SqlResult, SqlRow, SqlStatement, SqlValue } from "../../../src/adapters/sqlite/sql_statement.ts";
import { StatementCache } from "../../../src/adapters/sqlite/statement_cache.ts";
import type { Clock } from "../../../src/app_runtime/base/clock.ts";
import type { LeaseStore } from "../../../src/app_runtime/contracts/lease.ts";
import type { RuntimeEventBody } from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import type { SourceStatus, TaskSource } from "../../../src/app_runtime/contracts/task_source.ts";
import { LeasedSource } from "../../../src/app_runtime/leases/api.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";

export const leaseMs = 15_000;

/** SQLite itself, answering at once, so that a clock moved by hand need not wait for a thread. */
export class DatabaseAtOnce {
  readonly #statements: StatementCache;
  readonly #group: CommitGroup;

  constructor() {
    const database = new DatabaseSync(":memory:");
    migrate(database, [leaseMigrations]);
    this.#statements = new StatementCache(database);
    this.#group = new CommitGroup(database, this.#statements);
    onTestFinished(() => database.close());
  }

  read(sql: string, params: readonly SqlValue[] = []): readonly SqlRow[] {
    return this.#statements.run(sql, params).rows;
  }

  write(statements: readonly SqlStatement[]): readonly SqlResult[] {
    const [answer] = this.#group.run([{ statements, durable: true }]);
    if (answer === undefined || "failure" in answer) throw new Error(JSON.stringify(answer));
    return answer.value as readonly SqlResult[];
  }
}

/** The clock of a process that can be stopped: its timers fire when it goes on. */
class ProcessClock implements Clock {
  readonly #machine: ManualClock;
  #stopped: (() => void)[] | undefined;

  constructor(machine: ManualClock) {
    this.#machine = machine;
  }

  now(): number {
    return this.#machine.now();
  }

  wallNow(): number {
    return this.#machine.wallNow();
  }

  after(delayMs: number, callback: () => void): Disposable {
    return this.#machine.after(delayMs, () => {
      if (this.#stopped === undefined) callback();
      else this.#stopped.push(callback);
    });
  }

  stop(): void {
    this.#stopped ??= [];
  }

  goOn(): void {
    const due = this.#stopped ?? [];
    this.#stopped = undefined;
    for (const callback of due) callback();
  }
}

function withoutFences(leases: SqliteLeases): LeaseStore {
  return {
    durationMs: leases.durationMs,
    fencesWrites: false,
    look: (name) => leases.look(name),
    take: (name, seen) => leases.take(name, seen),
    renew: (claim) => leases.renew(claim),
    release: (claim) => leases.release(claim),
    fence: () => undefined,
  };
}

/** One machine with one database, on which runtimes share a mailbox. */
export class LeaseDesk {
  readonly clock = new ManualClock();
  /** The leases do not lie where the effects are: nothing refuses a late write. */
  readonly timeAlone: boolean;
  readonly #database = new DatabaseAtOnce();
  /** What each inner source did, in order: "a start". */
  readonly log: string[] = [];

  constructor({ timeAlone = false } = {}) {
    this.timeAlone = timeAlone;
  }

  runtime(name: string): RuntimeAtDesk {
    return new RuntimeAtDesk(name, this, this.#database);
  }

  /** Who works the mailbox now. */
  get working(): readonly string[] {
    const working = new Set<string>();
    for (const line of this.log) {
      const [name, word] = line.split(" ");
      if (word === "start") working.add(String(name));
      if (word === "stop") working.delete(String(name));
    }
    return [...working];
  }
}

export class RuntimeAtDesk {
  readonly source: LeasedSource;
  readonly events: RuntimeEventBody[] = [];
  /** Ids of what came into the queue. */
  readonly published: string[] = [];
  readonly #name: string;
  readonly #desk: LeaseDesk;
  readonly #clock: ProcessClock;
  readonly fences = new Fences();
  /** While it is set, the database cannot be used. */
  outage: string | undefined;
  /** While it is set, the database does not answer. */
  silence: PromiseWithResolvers<void> | undefined;
  /** The next starts of the inner source fail. */
  failures = 0;
  publish: ((id: string) => Promise<unknown>) | undefined;

  constructor(name: string, desk: LeaseDesk, database: DatabaseAtOnce) {
    this.#name = name;
    this.#desk = desk;
    this.#clock = new ProcessClock(desk.clock);
    const use = async <T>(work: () => T): Promise<T> => {
      await this.silence?.promise;
      if (this.outage !== undefined) throw new Error(this.outage);
      return work();
    };
    const leases = new SqliteLeases({
      database: {
        read: (...call) => use(() => database.read(...call)),
        write: (statements) => use(() => database.write(statements)),
      },
      fences: this.fences,
      clock: this.#clock,
      durationMs: leaseMs,
    });
    const store = desk.timeAlone ? withoutFences(leases) : leases;
    const say = (word: string) => void desk.log.push(`${name} ${word}`);
    this.source = new LeasedSource({
      name: "inbox",
      lease: "imap:orders:INBOX",
      store,
      clock: this.#clock,
      events: {
        heard: true,
        emit: (event) => void this.events.push(event),
        subscribe: () => ({ [Symbol.dispose]: () => undefined }),
      },
      handover: { taken: async () => say("taken"), given: async () => say("given") },
      publisher: () => ({
        queue: "orders",
        prepare: (draft) => draft as unknown as Task,
        publish: async (task, options) => {
          options?.signal?.throwIfAborted();
          this.published.push(task.id);
          return "stored";
        },
        room: () => 1,
      }),
      make: async (publisher) => {
        this.publish = (id) => publisher.publish({ id } as Task);
        return this.#inner(say);
      },
    });
  }

  get codes(): readonly string[] {
    return this.events.flatMap((event) => (event.kind === "unit.fact" ? [event.code] : []));
  }

  /** SIGSTOP. */
  freeze(): void {
    this.#clock.stop();
  }

  /** SIGCONT. */
  async thaw(): Promise<void> {
    this.#clock.goOn();
    await this.#desk.clock.advance(0);
  }

  #inner(say: (word: string) => void): TaskSource {
    const status: SourceStatus = {
      state: "running",
      backlog: 0,
      inFlight: 0,
      published: 0,
      settled: 0,
      facts: { connected: true },
    };
    return {
      name: this.#name,
      start: async () => {
        if (this.failures > 0) {
          this.failures -= 1;
          throw new Error("no such folder");
        }
        say("start");
      },
      quiesce: async () => say("quiesce"),
      stop: async (signal) => say(signal.aborted ? "stop at once" : "stop"),
      pause: () => say("pause"),
      resume: () => say("resume"),
      trigger: () => say("trigger"),
      status: () => status,
      health: () => ({ state: "pass" }),
    };
  }
}
