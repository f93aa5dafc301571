import { expect, test } from "vitest";
import { folderFailure, reasonOf } from "../../../src/adapters/eml_folder/folder_failure.ts";

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: in the system's own words`), { code, path: "/mails/new" });
}

test.each([
  ["ENOENT", "does not exist. Create it, or mount the drive", false],
  ["EACCES", "no permission for /mails/new", true],
  ["EROFS", "read-only file system", true],
  ["ENOTDIR", "is not a directory", true],
  ["ENOSPC", "the disk of /mails/new is full", false],
  ["EDQUOT", "quota", false],
  ["EXDEV", "another file system", false],
  ["ESTALE", "network drive", false],
  ["EMFILE", "ulimit -n", false],
  ["EIO", "Check the drive", false],
  ["EWEIRD", "in the system's own words", false],
])("%s is said in plain words", (code, words, needsPerson) => {
  const failure = folderFailure(systemError(code), "/mails");
  expect(failure).toMatchObject({ kind: code, needsPerson });
  expect(failure.sentence).toMatch(/^Mails cannot be taken: /);
  expect(failure.sentence).toContain(words);
});

test("what is no system error is said as it is", () => {
  expect(reasonOf("odd", "/mails")).toBe("/mails: odd");
});
