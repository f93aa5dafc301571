import { expect, test } from "vitest";
import { nextCheckpoint, readCheckpoint } from "../../../src/adapters/imap/checkpoint.ts";

const day = 86_400_000;
const key = { account: "orders", folder: "INBOX", uidValidity: "1" };
const start = { key, wallNow: 100 * day, sinceMs: 7 * day, track: "seen" } as const;

test("the first start reaches back as far as configured", () => {
  const { next, changed, renumbered } = nextCheckpoint(undefined, start);
  expect(next).toEqual({ ...key, floor: 93 * day });
  expect({ changed, renumbered }).toEqual({ changed: true, renumbered: undefined });
});

test("a start after a long outage skips nothing that arrived meanwhile", () => {
  const first = nextCheckpoint(undefined, start).next;
  const second = nextCheckpoint(first, { ...start, wallNow: 200 * day });
  expect(second).toEqual({ next: first, changed: false, renumbered: undefined });
});

test("a raised `since` reaches further back", () => {
  const first = nextCheckpoint(undefined, start).next;
  const second = nextCheckpoint(first, { ...start, sinceMs: 30 * day });
  expect(second.next.floor).toBe(70 * day);
  expect(second.changed).toBe(true);
});

test("a renumbered folder keeps its floor", () => {
  const first = nextCheckpoint(undefined, start).next;
  const renumbered = { ...key, uidValidity: "2" };
  const second = nextCheckpoint(first, { ...start, key: renumbered, wallNow: 101 * day });
  expect(second).toEqual({ next: { ...renumbered, floor: first.floor }, changed: true, renumbered: "1" });
});

test("a checkpoint reads back, and anything else is none", () => {
  const first = nextCheckpoint(undefined, start).next;
  expect(readCheckpoint({ ...first }, { ...key, uidValidity: "2" })).toEqual(first);
  for (const other of [undefined, null, 5, "x", [], {}, { ...first, floor: "1" }, { ...first, uidValidity: 1 }]) {
    expect(readCheckpoint(other, key)).toBeUndefined();
  }
});

test("the step from \\Seen to a keyword is a first start: all that people have ever read lacks the keyword", () => {
  const first = nextCheckpoint(undefined, start).next;
  const later = { ...start, wallNow: 200 * day, track: "keyword" } as const;
  const second = nextCheckpoint(first, later);
  expect(second).toMatchObject({ next: { floor: 193 * day, track: "keyword" }, changed: true });
  const third = nextCheckpoint(readCheckpoint({ ...second.next }, key), { ...later, wallNow: 300 * day });
  expect(third).toEqual({ next: second.next, changed: false, renumbered: undefined });
  const back = nextCheckpoint(second.next, { ...later, track: "seen" });
  expect(back).toEqual({ next: { ...key, floor: 193 * day }, changed: true, renumbered: undefined });
});

test("a source that was pointed at another folder starts there as for the first time", () => {
  const first = nextCheckpoint(undefined, start).next;
  expect(readCheckpoint({ ...first }, { ...key, folder: "Orders" })).toBeUndefined();
  expect(readCheckpoint({ ...first }, { ...key, account: "sales" })).toBeUndefined();
});
