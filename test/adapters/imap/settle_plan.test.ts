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

test("done mails are marked as read, dead ones as failed", () => {
  const rows = [row(now, 1, "done"), row(now, 2, "dead"), row(now, 3, "done")];
  expect(settlePlan(rows, now)).toEqual({ done: [1, 3], failed: [2] });
});

test("a row of an earlier generation has no mail any more, but is told", () => {
  const rows = [row(before, 1, "done")];
  expect(settlePlan(rows, now)).toEqual({ done: [], failed: [] });
  expect(toldRows(rows, [], now)).toEqual(rows);
});

test("a row is not told while its mail is not marked", () => {
  const rows = [row(now, 1, "done"), row(now, 2, "done")];
  expect(toldRows(rows, [2 as Uid], now)).toEqual([rows[0]]);
});
