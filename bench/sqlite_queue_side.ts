import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SqliteDatabase } from "../src/adapters/sqlite/index.ts";
import { SqliteQueue } from "../src/adapters/sqlite_queue/index.ts";
import { SystemClock } from "../src/app_runtime/index.ts";
import { sampleTask } from "../src/app_runtime/testing/index.ts";
import { answerParent } from "./run_apart.ts";

export interface SideRequest {
  readonly side: "queue" | "bare";
  readonly durability: "process" | "machine";
  readonly directory: string;
  readonly tasks: number;
  /** For the queue: publishers that wait for their answer before they publish again, and workers likewise; so many of each. */
  readonly lanes: number;
  /** For the bare side: tasks per commit. */
  readonly batch: number;
}

export interface SideFigures {
  readonly tasksPerSecond: number;
  /** CPU of both threads. */
  readonly cpuUsPerTask: number;
  readonly tasksPerCommit: number;
}

const payload = { text: "x".repeat(80) };

/** Publish, hand out, ack: each task through all three. */
async function queue({ directory, durability, tasks, lanes }: SideRequest): Promise<{ readonly commits: number }> {
  const opened = new SqliteQueue({
    name: "bench",
    settings: { capacity: 10_000, leaseMs: 60_000, groupLimit: 1, rememberFinished: 10_000, maxDeadLetters: 100 },
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

/** What SQLite and the disk allow: one thread, one table, and a transaction for so many rows put in and so many taken out. */
function bare({ directory, durability, tasks, batch }: SideRequest): { readonly commits: number } {
  const database = new DatabaseSync(join(directory, "bare.sqlite"));
  database.exec("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=4000");
  database.exec(`PRAGMA synchronous=${durability === "machine" ? "FULL" : "NORMAL"}`);
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

await answerParent(async (request: SideRequest): Promise<SideFigures> => {
  const { side, tasks } = request;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { commits } = side === "queue" ? await queue(request) : bare(request);
  const tookMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    tasksPerSecond: (tasks / tookMs) * 1_000,
    cpuUsPerTask: (cpu.user + cpu.system) / tasks,
    tasksPerCommit: tasks / commits,
  };
});
