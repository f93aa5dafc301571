import { expect, test } from "vitest";
import { type MailboxKey, taskIdOf, type Uid, uidOf } from "../../../src/adapters/imap/mailbox_key.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";

const inbox: MailboxKey = { account: "orders@shop.example", folder: "INBOX", uidValidity: "7" };

test("a task id names account, folder, generation and mail", () => {
  expect(taskIdOf(inbox, 42 as Uid)).toBe("imap:orders@shop.example:INBOX:7:42");
});

test("a task id leads back to its mail", () => {
  expect(uidOf(inbox, taskIdOf(inbox, 42 as Uid))).toBe(42);
});

test.each([
  "imap:orders@shop.example:INBOX:8:42",
  "imap:orders@shop.example:INBOX:7:42x",
  "imap:orders@shop.example:INBOX:7:",
  "imap:orders@shop.example:Other:7:42",
  "schedule:nightly:1",
])("%s is no mail of this generation", (id) => {
  expect(uidOf(inbox, id as TaskId)).toBeUndefined();
});
