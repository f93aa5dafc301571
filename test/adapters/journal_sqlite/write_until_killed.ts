import { writeSync } from "node:fs";
import { journalMigrations } from "../../../src/adapters/journal_sqlite/journal_schema.ts";
import { SqliteJournal } from "../../../src/adapters/journal_sqlite/sqlite_journal.ts";
import { SqliteDatabase } from "../../../src/adapters/sqlite/sqlite_database.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import { insertItem, shop } from "../sqlite/shop_tables.ts";

// Handles tasks in eight lanes, each order of two rows with its task's done, and says which were acknowledged.
const clock = new SystemClock();
const [path = "", round = ""] = process.argv.slice(2);
const database = new SqliteDatabase({ path, migrations: [journalMigrations, shop], clock });
await database.open();
const journal = new SqliteJournal({ database, clock });

async function lane(name: number): Promise<never> {
  for (let n = 0; ; n += 1) {
    const id = `${round}-${name}-${n}`;
    const task = { id, source: "inbox", payload: null } as unknown as Task;
    await journal.offer([{ task, queue: "orders" }]);
    await journal.handOut(task.id);
    await journal.writeAndFinish(
      [
        { sql: insertItem, params: [`${id} chair`] },
        { sql: insertItem, params: [`${id} table`] },
      ],
      { taskId: task.id, journaled: true, open: true, takeFollowUps: () => [], committed: () => undefined },
    );
    writeSync(1, `${id}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, name) => lane(name)));
