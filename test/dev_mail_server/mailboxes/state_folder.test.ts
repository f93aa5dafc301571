import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startDevMailServer } from "../../../src/dev_mail_server/start_dev_mail_server.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openInbox } from "../imap_client.ts";
import { account, connectionTo, mailOf, runServer, subjectsIn } from "../running_server.ts";

test("mails, flags, keywords, UIDs and UIDVALIDITY outlive a restart", async () => {
  const stateDirectory = tempDir();
  const first = await runServer({ stateDirectory });
  for (const subject of ["one", "two", "three"]) first.deliver(mailOf(subject));
  const client = await openInbox(connectionTo(first));
  await client.messageFlagsAdd("1", ["\\Seen", "$BotFailed"], { uid: true });
  await client.messageDelete("3", { uid: true });
  const before = first.mailbox("INBOX");
  await first.stop();

  const second = await runServer({ stateDirectory });
  expect(second.mailbox("INBOX")).toEqual(before);
  expect(second.deliver(mailOf("four"))).toBe(4); // the UID of a mail that is gone is not used again
});

test("folders that were made, renamed and deleted are so after a restart", async () => {
  const stateDirectory = tempDir();
  const first = await runServer({ stateDirectory });
  const client = await openInbox(connectionTo(first));
  await client.mailboxCreate("Work");
  await client.mailboxCreate("Old");
  await client.append("Work", mailOf("one"));
  await client.mailboxRename("Work", "Play");
  await client.mailboxDelete("Old");
  await first.stop();

  const second = await runServer({ stateDirectory });
  expect(subjectsIn(second, "Play")).toEqual(["one"]);
  expect([second.mailbox("Work"), second.mailbox("Old")]).toEqual([undefined, undefined]);
});

test("a new UIDVALIDITY outlives a restart, and late flags in the old mailbox do not reach the new one", async () => {
  const stateDirectory = tempDir();
  const first = await runServer({ stateDirectory });
  first.deliver(mailOf("one"));
  const old = await openInbox(connectionTo(first));
  first.faults.bumpUidValidity();
  await old.messageFlagsAdd("1", ["\\Seen"], { uid: true });
  const before = first.mailbox("INBOX");
  await first.stop();

  const second = await runServer({ stateDirectory });
  expect(second.mailbox("INBOX")).toEqual(before);
  expect([...(before?.mails[0]?.flags ?? [])]).toEqual([]);
});

test("a server that was killed has lost nothing it had told", async () => {
  const [stateDirectory, copy] = [tempDir(), tempDir()];
  const first = await runServer({ stateDirectory });
  first.deliver(mailOf("one"));
  const client = await openInbox(connectionTo(first));
  await client.messageFlagsAdd("1", ["\\Seen"], { uid: true });
  cpSync(stateDirectory, copy, { recursive: true }); // what a kill at this moment would leave
  appendFileSync(join(copy, "mailboxes.jsonl"), '{"t":"expunged","box":'); // and a line being written

  const second = await runServer({ stateDirectory: copy });
  expect(second.mailbox("INBOX")).toEqual(first.mailbox("INBOX"));
});

test("a line that is not ours stops the start and is named", async () => {
  const stateDirectory = tempDir();
  await (await runServer({ stateDirectory })).stop();
  appendFileSync(join(stateDirectory, "mailboxes.jsonl"), "hello\n");
  const refused = startDevMailServer({ ...account, stateDirectory });
  await expect(refused).rejects.toMatchObject({ code: "DEV_MAIL_STATE_UNREADABLE" });
  await expect(refused).rejects.toThrow("Line 3 of");
});

test("each restart writes the state as short as it can be, and drops files nobody needs", async () => {
  const stateDirectory = tempDir();
  const first = await runServer({ stateDirectory });
  for (const subject of ["one", "two"]) first.deliver(mailOf(subject));
  const client = await openInbox(connectionTo(first));
  for (let round = 0; round < 5; round += 1) {
    await client.messageFlagsAdd("1:*", ["\\Flagged"], { uid: true });
    await client.messageFlagsRemove("1:*", ["\\Flagged"], { uid: true });
  }
  await client.messageDelete("2", { uid: true });
  await first.stop();
  await (await runServer({ stateDirectory })).stop();

  expect(readFileSync(join(stateDirectory, "mailboxes.jsonl"), "utf8").trim().split("\n")).toHaveLength(3);
  expect(readdirSync(join(stateDirectory, "mails"))).toHaveLength(1);
});

test("a mail whose file was deleted is a deleted mail", async () => {
  const stateDirectory = tempDir();
  const first = await runServer({ stateDirectory });
  first.deliver(mailOf("one"));
  await first.stop();
  for (const file of readdirSync(join(stateDirectory, "mails"))) rmSync(join(stateDirectory, "mails", file));
  const second = await runServer({ stateDirectory });
  expect(second.mailbox("INBOX")).toMatchObject({ mails: [], uidNext: 2 });
});
