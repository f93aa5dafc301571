import { expect, test } from "vitest";
import type { FoundFile } from "../../../src/adapters/eml_folder/file_stamp.ts";
import { NewFiles } from "../../../src/adapters/eml_folder/new_files.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";

const limits = { files: 10, bytes: 1_000, maxMailBytes: 500 };

function file(name: string, size = 10, writtenAt = 0): FoundFile {
  return { name, stamp: { inode: 1n, size, writtenAt: BigInt(writtenAt) } };
}

/** Two looks, a settle time apart. */
function waiting(...found: readonly FoundFile[]): NewFiles {
  const files = new NewFiles(100);
  files.found(found, 0, 0);
  files.found(found, 0, 100);
  return files;
}

const names = (found: readonly FoundFile[]) => found.map((each) => each.name);

test("a file waits until it has stayed the same for the settle time", () => {
  const files = new NewFiles(100);
  expect(files.found([file("a", 10)], 0, 0)).toBe(1);
  expect(files.nextSettledAt).toBe(100);
  expect(files.found([file("a", 20)], 0, 90)).toBe(0);
  files.found([file("a", 20)], 0, 150);
  expect(files.cut(limits)).toEqual([]);
  files.found([file("a", 20)], 0, 190);
  expect(names(files.cut(limits))).toEqual(["a"]);
  expect(files.backlog).toBe(1);
});

test("the oldest come first, files of one moment by name", () => {
  const files = waiting(file("b", 10, 2), file("c", 10, 1), file("a", 10, 2));
  expect(names(files.cut(limits))).toEqual(["c", "a", "b"]);
});

test("a batch is bounded by number and by bytes; a large first one goes alone, one not to be read weighs nothing", () => {
  const one = { ...limits, files: 1 };
  expect(names(waiting(file("a"), file("b")).cut(one))).toEqual(["a"]);
  expect(names(waiting(file("a", 450), file("b", 450), file("c", 450)).cut(limits))).toEqual(["a", "b"]);
  expect(names(waiting(file("a", 450), file("b", 9_999), file("c", 450)).cut(limits))).toEqual(["a", "b", "c"]);
  expect(names(waiting(file("a", 450), file("b", 450)).cut({ ...limits, bytes: 1 }))).toEqual(["a"]);
});

test("what is being read or is a task is not found again", () => {
  const files = waiting(file("a"), file("b"));
  const [a] = files.cut({ ...limits, files: 1 });
  files.found([file("a"), file("b")], 0, 200);
  if (a !== undefined) files.take({ ...a, taskId: "t" as TaskId });
  files.found([file("a"), file("b")], 0, 300);
  expect(names(files.cut(limits))).toEqual(["b"]);
  expect(names(files.filesOf("t" as TaskId))).toEqual(["a"]);
});

test("a file that grows while it waits is sighted anew", () => {
  const files = waiting(file("a", 10));
  files.found([file("a", 20)], 0, 200);
  expect(files.cut(limits)).toEqual([]);
  files.found([file("a", 20)], 0, 300);
  expect(files.cut(limits)).toEqual([file("a", 20)]);
});

test("a released file is found again, and its task has no file", () => {
  const files = waiting(file("a"));
  const [a = file("?")] = files.cut(limits);
  const taken = { ...a, taskId: "t" as TaskId };
  files.moveAgain(taken, "cur");
  expect(files.someToMoveAgain(10)).toHaveLength(1);
  files.release(taken);
  expect(files.someToMoveAgain(10)).toEqual([]);
  expect(files.filesOf("t" as TaskId)).toEqual([]);
  expect(files.found([file("a")], 0, 500)).toBe(1);
});

test("what was set aside is tried again, and is news only once", () => {
  const files = waiting(file("a"));
  const [{ stamp } = file("?")] = files.cut(limits);
  expect(files.setAside("a", stamp, "locked")).toBe(true);
  expect(files.backlog).toBe(0);
  expect(files.isAsideLike(file("a"))).toBe(true);
  expect(files.isAsideLike(file("a", 11))).toBe(false);
  expect(files.found([file("a")], 0, 300)).toBe(0);
  expect(names(files.cut(limits))).toEqual(["a"]);
  expect(files.setAside("a", stamp, "locked")).toBe(false);
  expect(files.anAside).toBe('"a": locked');
  files.keepAside(new Set());
  expect(files.setAsideCount).toBe(0);
});

test("it has caught up once everything found at first was read, and not while more is unlisted", () => {
  const files = new NewFiles(0);
  files.found([file("a")], 1, 0);
  expect(files.hasUnlisted).toBe(true);
  files.found([file("a")], 1, 1);
  expect(files.isFull).toBe(true);
  const [a = file("?")] = files.cut(limits);
  expect(files.isFull).toBe(false);
  files.take({ ...a, taskId: "t" as TaskId });
  expect(files.hasCaughtUp).toBe(false);
  files.found([], 0, 2);
  expect(files.hasCaughtUp).toBe(true);
});
