import { DatabaseSync, type StatementSync } from "node:sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { queueMigrations } from "../../../src/adapters/sqlite_queue/queue_tables.ts";
import { QueueBook } from "../../../src/adapters/sqlite_queue/thread/queue_book.ts";
import { suiteSettings } from "../../../src/app_runtime/testing/task_queue/queue_desk.ts";

/** Every statement of the queue, with SQLite's plan for it. */
function plans(): ReadonlyMap<string, readonly string[]> {
  const database = new DatabaseSync(":memory:");
  onTestFinished(() => database.close());
  for (const step of queueMigrations.steps) database.exec(step);
  const prepared: string[] = [];
  const prepare = database.prepare.bind(database);
  vi.spyOn(database, "prepare").mockImplementation((sql: string): StatementSync => {
    prepared.push(sql);
    return prepare(sql);
  });
  new QueueBook(database, { name: "orders", ...suiteSettings });
  return new Map(
    prepared.map((sql) => [
      sql,
      prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((row) => String(row.detail)),
    ]),
  );
}

test("no statement reads a table through, but the one that looks for a withdrawn source", () => {
  const found = plans();
  const reading = [...found].filter(([, plan]) =>
    plan.some((step) => /^SCAN (task|known|dead_letter|task_group)\b(?! USING (COVERING )?INDEX)/.test(step)),
  );
  expect(found.size).toBeGreaterThan(30);
  expect(reading.map(([sql]) => sql)).toEqual([
    expect.stringMatching(/FROM task WHERE source = \?/),
    expect.stringMatching(/FROM dead_letter WHERE source = \?/),
  ]);
});

test("no statement sorts", () => {
  const sorting = [...plans()].filter(([, plan]) => plan.some((step) => step.includes("TEMP B-TREE")));
  expect(sorting.map(([sql]) => sql)).toEqual([]);
});
