import { test } from "vitest";
import { taskQueuePromises } from "../../../src/app_runtime/testing/task_queue_promises.ts";
import { openSqliteQueue } from "./open_sqlite_queue.ts";

for (const promise of taskQueuePromises) {
  test(`the SQLite queue: ${promise.name}`, () => promise.run(openSqliteQueue));
}
