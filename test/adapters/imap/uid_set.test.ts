import { expect, test } from "vitest";
import type { Uid } from "../../../src/adapters/imap/mailbox_key.ts";
import { uidSet } from "../../../src/adapters/imap/uid_set.ts";

test.each([
  [[], ""],
  [[5], "5"],
  [[1, 2, 3, 7], "1:3,7"],
  [[9, 1, 2, 4, 5], "1:2,4:5,9"],
])("%j is %s", (uids, set) => {
  expect(uidSet(uids as Uid[])).toBe(set);
});
