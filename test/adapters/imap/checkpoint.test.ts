import { expect, test } from "vitest";
import { nextCheckpoint, readCheckpoint } from "../../../src/adapters/imap/checkpoint.ts";

const day = 86_400_000;
const start = { uidValidity: "1", wallNow: 100 * day, sinceMs: 7 * day };

test("the first start reaches back as far as configured", () => {
  expect(nextCheckpoint(undefined, start)).toEqual({ uidValidity: "1", floor: 93 * day });
});

test("a start after a long outage skips nothing that arrived meanwhile", () => {
  const first = nextCheckpoint(undefined, start);
  expect(nextCheckpoint(first, { ...start, wallNow: 200 * day })).toEqual(first);
});

test("a raised `since` reaches further back", () => {
  const first = nextCheckpoint(undefined, start);
  expect(nextCheckpoint(first, { ...start, sinceMs: 30 * day }).floor).toBe(70 * day);
});

test("a renumbered folder keeps its floor", () => {
  const first = nextCheckpoint(undefined, start);
  expect(nextCheckpoint(first, { ...start, uidValidity: "2", wallNow: 101 * day })).toEqual({
    uidValidity: "2",
    floor: first.floor,
  });
});

test("a checkpoint reads back, and anything else is none", () => {
  const first = nextCheckpoint(undefined, start);
  expect(readCheckpoint({ ...first })).toEqual(first);
  for (const other of [undefined, null, 5, "x", [], {}, { uidValidity: 1, floor: 2 }]) {
    expect(readCheckpoint(other)).toBeUndefined();
  }
});
