import { expect, test } from "vitest";
import type { Uid } from "../../../src/adapters/imap/mailbox_key.ts";
import { UnseenMails } from "../../../src/adapters/imap/unseen_mails.ts";

const uids = (...numbers: number[]) => numbers as Uid[];
const sized = (...numbers: number[]) => numbers.map((n) => ({ uid: n as Uid, size: 1, internalDate: 0 }));
const limits = { mails: 10, bytes: 1_000, maxMailBytes: 1_000 };
const none = () => false;

function found(...numbers: number[]): UnseenMails {
  const unseen = new UnseenMails();
  unseen.found(uids(...numbers), none);
  return unseen;
}

test("the oldest mails are taken first, each once", () => {
  const unseen = found(1, 2, 3, 4, 5);
  expect(unseen.take(2)).toEqual([1, 2]);
  expect(unseen.take(2)).toEqual([3, 4]);
  expect(unseen.take(2)).toEqual([5]);
  expect(unseen.take(2)).toEqual([]);
});

test("a later search does not bring back what is being read or in flight", () => {
  const unseen = found(1, 2, 3);
  unseen.take(1);
  unseen.found(uids(1, 2, 3, 4), (uid) => uid === 2);
  expect(unseen.take(9)).toEqual([3, 4]);
  expect(unseen.backlog).toBe(3);
});

test("a mail that is dropped starts over when it is found unread again", () => {
  const unseen = found(1);
  unseen.take(1);
  unseen.drop(1 as Uid);
  unseen.found(uids(1), none);
  expect(unseen.take(9)).toEqual([1]);
});

test("a mail that is left alone stays alone until it gets its second chance", () => {
  const unseen = found(1, 2);
  unseen.take(2);
  unseen.leaveAlone(1 as Uid);
  unseen.giveUp(2 as Uid);
  expect(unseen.givenUp).toBe(1);
  unseen.found(uids(1, 2), none);
  expect(unseen.take(9)).toEqual([]);
  unseen.secondChance();
  unseen.found(uids(1, 2), none);
  expect(unseen.take(9)).toEqual([1, 2]);
});

test("a mail somebody has read is no longer given up", () => {
  const unseen = found(1);
  unseen.take(1);
  unseen.giveUp(1 as Uid);
  unseen.found([], none);
  expect(unseen.givenUp).toBe(0);
});

test("a mail that is offered at its second chance is no longer given up", () => {
  const unseen = found(1);
  unseen.take(1);
  unseen.giveUp(1 as Uid);
  unseen.secondChance();
  unseen.found(uids(1), none);
  unseen.take(1);
  expect(unseen.givenUp).toBe(1);
  unseen.offered(1 as Uid);
  expect(unseen.givenUp).toBe(0);
});

test("mails whose fetch failed come first again, each alone", () => {
  const unseen = found(1, 2, 3);
  unseen.take(3);
  unseen.addSized(sized(1, 2, 3));
  const cut = unseen.cut({ ...limits, mails: 2 });
  unseen.putBack(cut, true);
  expect(unseen.cut(limits)).toEqual(sized(1));
  expect(unseen.cut(limits)).toEqual(sized(2));
  expect(unseen.cut(limits)).toEqual(sized(3));
});

test("mails whose fetch we ended ourselves are not suspected", () => {
  const unseen = found(1, 2);
  unseen.take(2);
  unseen.addSized(sized(1, 2));
  unseen.putBack(unseen.cut(limits), false);
  expect(unseen.cut(limits)).toEqual(sized(1, 2));
});

test("a mail is hopeless after three failed fetches, and once more after each second chance", () => {
  const unseen = found(1);
  for (let trial = 0; trial < 3; trial += 1) {
    expect(unseen.isHopeless(1 as Uid)).toBe(false);
    unseen.missed(1 as Uid);
  }
  expect(unseen.isHopeless(1 as Uid)).toBe(true);
  unseen.secondChance();
  expect(unseen.isHopeless(1 as Uid)).toBe(false);
  unseen.missed(1 as Uid);
  expect(unseen.isHopeless(1 as Uid)).toBe(true);
});
