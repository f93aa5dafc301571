import type { ConfigOf, Schema } from "../../app_runtime/contracts/config_schema.ts";

/** Config of `adapter: sqlite`: a file on this machine. */
export const sqliteQueueSchema = {
  file: {
    doc: "The queue's file, on a local disk, in a directory that exists; by default `queues/<name>.sqlite` in `platform.dataDir`. Runtimes of this machine that name the same file share the queue.",
    format: "path",
    default: null,
    optional: true,
  },
  durability: {
    doc: "What accepted tasks survive: the death of the `process`, or also that of the `machine` (each commit then waits for the disk).",
    format: ["process", "machine"],
    default: "process",
  },
} as const satisfies Schema;

export type SqliteQueueConfig = ConfigOf<typeof sqliteQueueSchema>;
