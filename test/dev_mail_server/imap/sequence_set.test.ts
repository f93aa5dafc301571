import { expect, test } from "vitest";
import { formatSequenceSet, parseSequenceSet, pick } from "../../../src/dev_mail_server/imap/sequence_set.ts";

test.each([
  ["3", [3]],
  ["2:5", [3, 5]],
  ["5:2", [3, 5]],
  ["*", [9]],
  ["6:*", [9]],
  ["100:*", [9]], // the range reaches back to the largest
  ["9,3,3:5", [3, 5, 9]],
  ["4", []],
])("%s picks %j of 3, 5, 9", (set, expected) => {
  expect(pick(parseSequenceSet(set), [3, 5, 9])).toEqual(expected);
});

test("a set picks nothing of nothing", () => {
  expect(pick(parseSequenceSet("1:*"), [])).toEqual([]);
});

test("a huge range costs no more than what there is", () => {
  expect(pick(parseSequenceSet("1:4294967295"), [7])).toEqual([7]);
});

test("neighbours are written as ranges", () => {
  expect(formatSequenceSet([1, 2, 3, 7, 9, 10])).toBe("1:3,7,9:10");
});
