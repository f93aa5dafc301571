import { expect, test } from "vitest";
import { batchLength } from "../../../src/adapters/imap/cut_batch.ts";
import type { Uid } from "../../../src/adapters/imap/mailbox_key.ts";

const limits = { mails: 3, bytes: 100, maxMailBytes: 500 };
const none: ReadonlyMap<Uid, number> = new Map();
const mails = (...sizes: number[]) => sizes.map((size, i) => ({ uid: (i + 1) as Uid, size, internalDate: 0 }));
const suspect = (uid: number): ReadonlyMap<Uid, number> => new Map([[uid as Uid, 1]]);

test("a batch holds at most so many mails", () => {
  expect(batchLength(mails(1, 1, 1, 1, 1), limits, none)).toBe(3);
});

test("a batch holds at most so many bytes", () => {
  expect(batchLength(mails(60, 40, 1), limits, none)).toBe(2);
});

test("a mail larger than a batch goes alone", () => {
  expect(batchLength(mails(400, 1), limits, none)).toBe(1);
});

test("mails that are not fetched weigh nothing", () => {
  expect(batchLength(mails(10, 9_000, 10), limits, none)).toBe(3);
});

test("a mail whose fetch failed before goes alone", () => {
  expect(batchLength(mails(1, 1, 1), limits, suspect(1))).toBe(1);
  expect(batchLength(mails(1, 1, 1), limits, suspect(2))).toBe(1);
  expect(batchLength(mails(1, 1, 1), limits, suspect(3))).toBe(2);
});

test("of nothing there is no batch", () => {
  expect(batchLength([], limits, none)).toBe(0);
});
