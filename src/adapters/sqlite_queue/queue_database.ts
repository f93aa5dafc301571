import type { Clock } from "../../app_runtime/base/clock.ts";
import { type DatabaseLimits, SqliteDatabase } from "../sqlite/index.ts";
import type { BookSettings } from "./queue_protocol.ts";
import { queueMigrations } from "./queue_tables.ts";

/** Type stripping runs the sources as they are; a build has beside this file what it was compiled to. */
const procedures = new URL(
  import.meta.url.endsWith(".ts") ? "./thread/queue_procedures.ts" : "./thread/queue_procedures.js",
  import.meta.url,
).href;

/** The database of a queue, with the procedures that its thread runs. */
export function queueDatabase(parts: {
  readonly path: string;
  readonly book: BookSettings;
  readonly clock: Clock;
  readonly onOpen: () => void;
  readonly limits: Partial<DatabaseLimits> | undefined;
}): SqliteDatabase {
  const { path, book, clock, onOpen, limits } = parts;
  return new SqliteDatabase({
    path,
    migrations: [queueMigrations],
    procedures: { href: procedures, settings: book },
    clock,
    onStateChange: ({ kind }) => {
      if (kind === "open") onOpen();
    },
    ...(limits !== undefined && { limits }),
  });
}
