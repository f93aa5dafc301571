import { join } from "node:path";
import { onTestFinished } from "vitest";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import type { SchemaMigrations } from "../../../src/adapters/sqlite/sql_statement.ts";
import {
  type DatabaseLimits,
  type DatabaseState,
  SqliteDatabase,
} from "../../../src/adapters/sqlite/sqlite_database.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { shop } from "./shop_tables.ts";

/** A database with an `orders` table, closed after the test. */
export async function openDatabase(
  options: {
    readonly path?: string;
    readonly limits?: Partial<DatabaseLimits>;
    readonly migrations?: readonly SchemaMigrations[];
    readonly onStateChange?: (state: DatabaseState) => void;
  } = {},
): Promise<SqliteDatabase> {
  const database = new SqliteDatabase({
    migrations: [journalMigrations, shop],
    clock: new SystemClock(),
    ...options,
    path: options.path ?? join(tempDir(), "shop.sqlite"),
  });
  onTestFinished(() => database.close());
  await database.open();
  return database;
}

export async function itemsIn(database: SqliteDatabase): Promise<readonly unknown[]> {
  return (await database.read("SELECT item FROM orders ORDER BY id")).map((row) => row.item);
}
