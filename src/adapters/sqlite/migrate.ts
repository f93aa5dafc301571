import type { DatabaseSync } from "node:sqlite";
import type { SchemaMigrations } from "./sql_statement.ts";
import { NewerSchema } from "./sqlite_failure.ts";

/**
 * Brings each owner's tables to the version this program knows. Several owners share one file, so that their rows can share
 * a transaction; each has its own version. @throws {NewerSchema}
 */
export function migrate(database: DatabaseSync, migrations: readonly SchemaMigrations[]): void {
  database.exec(
    "CREATE TABLE IF NOT EXISTS schema_version (owner TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID",
  );
  for (const { owner, steps } of migrations) {
    const found = versionOf(database, owner);
    if (found > steps.length) throw new NewerSchema(owner, found, steps.length);
    steps.forEach((step, index) => {
      if (index >= found) applyStep(database, owner, step, index + 1);
    });
  }
}

function versionOf(database: DatabaseSync, owner: string): number {
  const row = database.prepare("SELECT version FROM schema_version WHERE owner = ?").get(owner);
  return Number(row?.version ?? 0);
}

function applyStep(database: DatabaseSync, owner: string, step: string, version: number): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process that starts at the same moment may have been faster.
    if (versionOf(database, owner) < version) {
      database.exec(step);
      database.prepare("INSERT OR REPLACE INTO schema_version (owner, version) VALUES (?, ?)").run(owner, version);
    }
    database.exec("COMMIT");
  } catch (thrown) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw thrown;
  }
}
