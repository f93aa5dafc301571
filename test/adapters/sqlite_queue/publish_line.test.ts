import { expect, test } from "vitest";
import { PublishLine } from "../../../src/adapters/sqlite_queue/publish_line.ts";
import { rowOf } from "../../../src/adapters/sqlite_queue/task_row.ts";
import type { PublishResult } from "../../../src/app_runtime/contracts/task_queue.ts";
import { sampleTask } from "../../../src/app_runtime/testing/sample_task.ts";

const row = (id: string) => rowOf(sampleTask(id));

/** A line whose database answers when the test says. */
function openLine() {
  const line = new PublishLine();
  const asked: { readonly id: string; readonly answer: (result: PublishResult | "full") => void }[] = [];
  const admit = (room: number) =>
    line.admit(room, ({ id }) => new Promise((answer) => void asked.push({ id, answer })));
  return { line, asked, admit };
}

test("a publisher that gives up while it is let in is told that it was", async () => {
  const { line, asked, admit } = openLine();
  const patience = new AbortController();
  const waiting = line.wait(row("a"), patience.signal);
  admit(1);
  patience.abort(new Error("no patience"));
  asked[0]?.answer("stored");
  expect(await waiting).toBe("stored");
  expect(line.length).toBe(0);
});

test("a publisher that gives up while it is refused leaves the line", async () => {
  const { line, asked, admit } = openLine();
  const patience = new AbortController();
  const waiting = line.wait(row("a"), patience.signal);
  admit(1);
  patience.abort(new Error("no patience"));
  asked[0]?.answer("full");
  await expect(waiting).rejects.toThrow("no patience");
  expect(line.length).toBe(0);
});

test("who was refused keeps his place, and nobody is asked for twice at once", async () => {
  const { line, asked, admit } = openLine();
  const [first, second] = [line.wait(row("a"), undefined), line.wait(row("b"), undefined)];
  admit(1);
  admit(1);
  expect(asked.map(({ id }) => id)).toEqual(["a"]);
  asked[0]?.answer("full");
  await Promise.resolve();
  admit(2);
  expect(asked.map(({ id }) => id)).toEqual(["a", "a", "b"]);
  asked[1]?.answer("stored");
  asked[2]?.answer("duplicate");
  expect([await first, await second]).toEqual(["stored", "duplicate"]);
});
