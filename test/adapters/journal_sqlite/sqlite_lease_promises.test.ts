import { join } from "node:path";
import { test } from "vitest";
import { Fences } from "../../../src/adapters/journal_sqlite/fences.ts";
import { leaseMigrations } from "../../../src/adapters/journal_sqlite/lease_schema.ts";
import { SqliteLeases } from "../../../src/adapters/journal_sqlite/sqlite_leases.ts";
import { leasePromises } from "../../../src/app_runtime/testing/lease_promises.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openDatabase } from "../sqlite/open_database.ts";

for (const promise of leasePromises) {
  test(`leases in SQLite: ${promise.name}`, async () => {
    await promise.run(async () => {
      const path = join(tempDir(), "shared.sqlite");
      const clock = new ManualClock();
      const open = async () => {
        const database = await openDatabase({ path, migrations: [leaseMigrations] });
        return new SqliteLeases({ database, fences: new Fences(), clock, durationMs: 15_000 });
      };
      return { a: await open(), b: await open(), clock, close: async () => undefined };
    });
  });
}
