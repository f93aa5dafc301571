import { join } from "node:path";
import { test } from "vitest";
import { peerMigrations } from "../../../src/adapters/journal_sqlite/peer_schema.ts";
import { SqlitePeers } from "../../../src/adapters/journal_sqlite/sqlite_peers.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { peerPromises } from "../../../src/app_runtime/testing/peer_promises.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openDatabase } from "../sqlite/open_database.ts";

for (const promise of peerPromises) {
  test(`peers in SQLite: ${promise.name}`, async () => {
    await promise.run(async () => {
      const path = join(tempDir(), "shared.sqlite");
      const clock = new ManualClock();
      const open = async () => {
        const database = await openDatabase({ path, migrations: [peerMigrations] });
        return new SqlitePeers({ database, clock });
      };
      return { a: await open(), b: await open(), clock, close: async () => undefined };
    });
  });
}
