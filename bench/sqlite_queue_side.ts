import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteDatabase } from "../src/adapters/sqlite/index.ts";
import { migrate } from "../src/adapters/sqlite/migrate.ts";
import { SqliteQueue } from "../src/adapters/sqlite_queue/index.ts";
import type { HeldLease, Step } from "../src/adapters/sqlite_queue/queue_protocol.ts";
import { queueMigrations } from "../src/adapters/sqlite_queue/queue_tables.ts";
import { rowOf } from "../src/adapters/sqlite_queue/task_row.ts";
import { QueueBook } from "../src/adapters/sqlite_queue/thread/queue_book.ts";
import { type QueueSettings, SystemClock } from "../src/app_runtime/index.ts";
import { sampleTask } from "../src/app_runtime/testing/index.ts";
import { answerParent } from "./run_apart.ts";

export interface SideRequest {
  readonly side: "queue" | "rows" | "bare";
  readonly durability: "process" | "machine";
  readonly directory: string;
  readonly tasks: number;
  /** Publishers that wait for their answer before they publish again, and workers likewise; so many of each. */
  readonly lanes: number;
}

export interface SideFigures {
  readonly tasksPerSecond: number;
  /** CPU of both threads. */
  readonly cpuUsPerTask: number;
  readonly tasksPerCommit: number;
  readonly msPerCommit: number;
}

const settings: QueueSettings = {
  capacity: 100_000,
  leaseMs: 60_000,
  groupLimit: 1,
  rememberFinished: 10_000,
  maxDeadLetters: 100,
};

const payload = { text: "x".repeat(80) };

/** Publish, hand out, ack: each task through all three. */
async function queue({ directory, durability, tasks, lanes }: SideRequest): Promise<{ readonly commits: number }> {
  const opened = new SqliteQueue({
    name: "bench",
    settings,
    clock: new SystemClock(),
    events: { heard: false, emit: () => undefined, subscribe: () => ({ [Symbol.dispose]: () => undefined }) },
    file: join(directory, "queue.sqlite"),
    survivesMachine: durability === "machine",
  });
  await opened.open();
  const commits = countCommits();
  const stop = new AbortController();
  let published = 0;
  const publish = async () => {
    while (published < tasks) await opened.publish(sampleTask(`task-${published++}`, { payload }));
  };
  let left = tasks;
  const work = async () => {
    for await (const delivery of deliveries) {
      await opened.ack(delivery);
      left -= 1;
      if (left === 0) stop.abort();
    }
  };
  const deliveries = opened.consume({ signal: stop.signal, concurrency: lanes });
  await Promise.all([...Array.from({ length: lanes }, publish), ...Array.from({ length: lanes }, work)]);
  await opened.close();
  return { commits: commits() };
}

/** The queue says to nobody how often it commits, so its calls are counted. */
function countCommits(): () => number {
  let commits = 0;
  const { call } = SqliteDatabase.prototype;
  SqliteDatabase.prototype.call = function counted<R>(this: SqliteDatabase, ...parts: Parameters<typeof call>) {
    commits += 1;
    return call.apply(this, parts) as Promise<R>;
  };
  return () => commits;
}

/**
 * The transactions that lanes make at best, from one thread and with no queue around them: in one all publish and all are handed
 * something, in the next all publish and all ack. The same rows in the same pages, and the same commits.
 */
function rows(request: SideRequest): { readonly commits: number } {
  const { tasks, lanes } = request;
  const database = openBare(request);
  migrate(database, [queueMigrations]);
  database.exec("INSERT INTO queue VALUES (1, 'bench', 2, 0, 0, 0, 0, 0)");
  const book = new QueueBook(database, { name: "bench", ...settings });
  let held: readonly HeldLease[] = [];
  let published = 0;
  let acked = 0;
  let commits = 0;
  while (acked < tasks) {
    const steps: Step[] = held.map((lease) => ({ kind: "ack", lease }));
    for (let n = 0; n < lanes && published < tasks; n += 1) {
      const task = sampleTask(`task-${published++}`, { payload });
      steps.push({ kind: "publish", row: rowOf(task), admit: true });
    }
    database.exec("BEGIN IMMEDIATE");
    const take = held.length > 0 ? 0 : lanes;
    acked += held.length;
    held = book.work({ now: published, steps, take, seenVersion: 1 }).taken;
    database.exec("COMMIT");
    commits += 1;
  }
  database.close();
  return { commits };
}

/** What SQLite and the disk allow: one thread, one table, and as many commits, each with half a row per lane put in and taken out. */
function bare(request: SideRequest): { readonly commits: number } {
  const { tasks, lanes } = request;
  const batch = Math.ceil(lanes / 2);
  const database = openBare(request);
  database.exec("CREATE TABLE task (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
  const insert = database.prepare("INSERT INTO task (seq, body) VALUES (?, ?)");
  const remove = database.prepare("DELETE FROM task WHERE seq = ?");
  const body = JSON.stringify(sampleTask("task-100000", { payload }));
  let commits = 0;
  for (let seq = 0; seq < tasks + batch; seq += batch) {
    database.exec("BEGIN IMMEDIATE");
    for (let n = seq; n < seq + batch; n += 1) {
      insert.run(n, body);
      if (n >= batch) remove.run(n - batch);
    }
    database.exec("COMMIT");
    commits += 1;
  }
  database.close();
  return { commits };
}

function openBare({ directory, durability }: SideRequest): DatabaseSync {
  const database = new DatabaseSync(join(directory, "bare.sqlite"));
  database.exec("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=4000");
  database.exec(`PRAGMA synchronous=${durability === "machine" ? "FULL" : "NORMAL"}`);
  return database;
}

const sides = { queue, rows, bare };

await answerParent(async (request: SideRequest): Promise<SideFigures> => {
  const { side, tasks } = request;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { commits } = await sides[side](request);
  const tookMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    tasksPerSecond: (tasks / tookMs) * 1_000,
    cpuUsPerTask: (cpu.user + cpu.system) / tasks,
    tasksPerCommit: tasks / commits,
    msPerCommit: tookMs / commits,
  };
});
