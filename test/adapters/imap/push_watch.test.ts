import { expect, test } from "vitest";
import type { Uid } from "../../../src/adapters/imap/mailbox_key.ts";
import { Generation } from "../../../src/adapters/imap/open_mailbox.ts";
import { type LookCause, PushWatch } from "../../../src/adapters/imap/push_watch.ts";

const folder = (uidValidity: string) => new Generation({ account: "a", folder: "INBOX", uidValidity }, () => undefined);
const uids = (...numbers: number[]) => numbers as Uid[];

function watchOf(...looks: readonly (readonly [LookCause, readonly Uid[]])[]) {
  const [watch, generation] = [new PushWatch(), folder("1")];
  const missed = looks.map(([cause, found]) => watch.looked(cause, generation, found, true));
  return { watch, missed };
}

test("what stands in the folder when it is opened was not forgotten", () => {
  const { watch, missed } = watchOf(["opened", uids(1, 2, 3)]);
  expect(missed).toEqual([0]);
  expect(watch.foundByRescan).toBe(0);
});

test("mail that the server told of, or that somebody asked for, was not forgotten", () => {
  const { watch } = watchOf(["opened", uids(1)], ["told", uids(1, 2)], ["asked", uids(1, 2, 3)], ["timer", uids(3)]);
  expect(watch.foundByRescan).toBe(0);
  expect(watch.isDeaf).toBe(false);
});

test("new mail that only looking has found is counted, unread mail known before is not", () => {
  const { watch, missed } = watchOf(["opened", uids(4, 5)], ["timer", uids(4, 5)], ["timer", uids(5, 8, 9)]);
  expect(missed).toEqual([0, 0, 2]);
  expect(watch.foundByRescan).toBe(2);
});

test("the server is deaf after the second time in a row, and no longer once it tells again", () => {
  const { watch } = watchOf(["opened", uids()], ["timer", uids(1)]);
  expect(watch.isDeaf).toBe(false);
  const generation = folder("1");
  watch.looked("opened", generation, uids(1), true);
  watch.looked("timer", generation, uids(1, 2), true);
  expect(watch.isDeaf).toBe(true);
  watch.looked("told", generation, uids(2, 3), true);
  expect(watch.isDeaf).toBe(false);
});

test("a renumbered folder begins anew", () => {
  const { watch } = watchOf(["opened", uids(900)]);
  const renumbered = folder("2");
  expect(watch.looked("opened", renumbered, uids(1), true)).toBe(0);
  expect(watch.looked("timer", renumbered, uids(1, 2), true)).toBe(1);
});

test("a server that has not promised to tell forgets nothing", () => {
  const [watch, generation] = [new PushWatch(), folder("1")];
  watch.looked("opened", generation, uids(), false);
  expect(watch.looked("timer", generation, uids(1), false)).toBe(0);
  expect(watch.foundByRescan).toBe(0);
});
