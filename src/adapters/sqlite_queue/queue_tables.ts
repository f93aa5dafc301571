import type { SchemaMigrations } from "../sqlite/index.ts";

/**
 * Where a task of the table is. SQLite stores 0 and 1 in no byte at all; from 2 on every state takes one, so that a row keeps
 * its length, and SQLite rewrites it in place without touching a long payload.
 */
export const state = { ready: 2, delayed: 3, leased: 4, behind: 5, parked: 6 } as const;

/**
 * One row per task that is not finished, each state with an index of its own, so that a hand-out reads what it hands out and
 * nothing else. Times are wall milliseconds; `place` is where it stands among the ready.
 *
 * behind: an earlier task of its order key is not finished. parked: its group was full when its turn came.
 */
const tables = `
CREATE TABLE queue (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL,
  numbers INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  delayed INTEGER NOT NULL,
  leased INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  finished INTEGER NOT NULL
) STRICT;
CREATE TABLE task (
  seq INTEGER PRIMARY KEY,
  state INTEGER NOT NULL,
  leases INTEGER NOT NULL DEFAULT 2,
  renewals INTEGER NOT NULL DEFAULT 2,
  lease_ms INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 1,
  crashes INTEGER NOT NULL DEFAULT 0,
  priority INTEGER NOT NULL,
  place INTEGER NOT NULL,
  since INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  retry_ms INTEGER NOT NULL DEFAULT 0,
  id TEXT NOT NULL,
  source TEXT NOT NULL,
  order_key TEXT,
  task_group TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX task_ready ON task (priority DESC, place) WHERE state = ${state.ready};
CREATE INDEX task_delayed ON task (due_at) WHERE state = ${state.delayed};
CREATE INDEX task_leased ON task (seq) WHERE state = ${state.leased};
CREATE INDEX task_parked ON task (task_group, priority DESC, place) WHERE state = ${state.parked};
CREATE INDEX task_key ON task (order_key, seq) WHERE order_key IS NOT NULL;
CREATE TABLE task_group (name TEXT PRIMARY KEY, running INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE known (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE finished (number INTEGER PRIMARY KEY, id TEXT NOT NULL) STRICT;
CREATE TABLE dead_letter (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  died_at INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  order_key TEXT,
  task_group TEXT,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE pickup (number INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
`;

/** `queue.name` says whose file it is: two queues in one file would work off each other's tasks. */
export const queueMigrations: SchemaMigrations = { owner: "queue", steps: [tables] };
