import { expect, test } from "vitest";
import { type MailboxKey, taskIdOf, type Uid } from "../../../src/adapters/imap/mailbox_key.ts";
import { settlePlan, toldRows } from "../../../src/adapters/imap/settle_plan.ts";
import type { JournalRow } from "../../../src/app_runtime/contracts/journal.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";

const now: MailboxKey = { account: "a", folder: "INBOX", uidValidity: "2" };
const before: MailboxKey = { ...now, uidValidity: "1" };
const row = (key: MailboxKey, uid: number, state: JournalRow["state"]): JournalRow => ({
  task: { id: taskIdOf(key, uid as Uid) } as Task,
  queue: "mails",
  state,
  handOuts: 0,
  offeredAt: 0,
});
const noTwins = new Map();

test("done mails are marked as read, dead ones as failed", () => {
  const rows = [row(now, 1, "done"), row(now, 2, "dead"), row(now, 3, "done")];
  expect(settlePlan(rows, now, noTwins)).toEqual({ seen: [1, 3], failed: [2] });
});

test("a row of an earlier generation has no mail any more, but is told", () => {
  const rows = [row(before, 1, "done")];
  expect(settlePlan(rows, now, noTwins)).toEqual({ seen: [], failed: [] });
  expect(toldRows(rows, [], now, noTwins)).toEqual(rows);
});

test("a mail that came again under another number is marked with the first", () => {
  const rows = [row(before, 1, "done"), row(now, 5, "dead")];
  const twins = new Map([
    [taskIdOf(before, 1 as Uid), [8 as Uid]],
    [taskIdOf(now, 5 as Uid), [9 as Uid]],
  ]);
  expect(settlePlan(rows, now, twins)).toEqual({ seen: [8], failed: [5, 9] });
});

test("a row is not told while one of its mails is not marked", () => {
  const rows = [row(now, 1, "done"), row(now, 2, "done"), row(before, 3, "done")];
  const twins = new Map([[taskIdOf(before, 3 as Uid), [7 as Uid]]]);
  expect(toldRows(rows, [2 as Uid, 7 as Uid], now, twins)).toEqual([rows[0]]);
});
