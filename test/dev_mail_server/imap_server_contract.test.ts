import type { FetchMessageObject, FetchQueryObject, ImapFlow } from "imapflow";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { guardAgainstLeaks } from "../support/leak_guard.ts";
import { mailServerHosts, type TestMailServer, type TestMailServerHost } from "../support/mail_servers.ts";
import { connectClient, openInbox } from "./imap_client.ts";

describe.each(mailServerHosts)("an IMAP server, here $name,", (kind) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await kind.start();
  });
  afterAll(() => host.stop());

  async function account(...mails: readonly string[]): Promise<TestMailServer> {
    guardAgainstLeaks();
    const server = await host.account();
    onTestFinished(() => server.stop());
    for (const mail of mails) await server.deliver(mail);
    return server;
  }

  test("lets in with the right password and lists the INBOX", async () => {
    const client = await connectClient((await account()).connection);
    const folders = await client.list();
    expect(client.usable).toBe(true);
    expect(folders.map((folder) => folder.path)).toContain("INBOX");
  });

  test("names a wrong password by its response code", async () => {
    const { connection } = await account();
    const refused = connectClient(connection, { password: "wrong" });
    await expect(refused).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: "AUTHENTICATIONFAILED",
    });
  });

  test("says how many mails there are, and under which UIDVALIDITY", async () => {
    const { connection } = await account(mailOf("one"), mailOf("two"));
    const client = await openInbox(connection);
    expect(client.mailbox).toMatchObject({ path: "INBOX", exists: 2, uidNext: 3, readOnly: false });
    expect(uidValidity(client)).toBeGreaterThan(0n);
    const again = await openInbox(connection);
    expect(uidValidity(again)).toBe(uidValidity(client));
  });

  test("opens for reading only on request, and then refuses a flag", async () => {
    const server = await account(mailOf("one"));
    const client = await connectClient(server.connection);
    await client.mailboxOpen("INBOX", { readOnly: true });
    expect(client.mailbox).toMatchObject({ readOnly: true });
    expect(await client.messageFlagsAdd("1", ["\\Seen"], { uid: true })).toBe(false);
    expect(await flagsOf(server, 1)).toEqual([]);
  });

  test("says that a mailbox is missing", async () => {
    const client = await connectClient((await account()).connection);
    await expect(client.mailboxOpen("Nowhere")).rejects.toMatchObject({ mailboxMissing: true });
    await client.mailboxOpen("INBOX");
    expect(client.mailbox).toMatchObject({ path: "INBOX" });
  });

  test("gives UID, size, flags, date, headers and source without marking the mail as read", async () => {
    const server = await account(mailOf("twelve chairs"));
    const client = await openInbox(server.connection);
    const query = {
      uid: true,
      size: true,
      flags: true,
      internalDate: true,
      headers: ["subject", "message-id"],
      source: true,
    };
    const [mail, ...others] = await fetchAll(client, "1:*", query);

    expect(others).toEqual([]);
    expect(mail).toMatchObject({ uid: 1, seq: 1, size: mailOf("twelve chairs").length });
    expect(mail?.source?.toString()).toBe(mailOf("twelve chairs"));
    expect(new Set(mail?.headers?.toString().trim().split("\r\n"))).toEqual(
      new Set(["Subject: twelve chairs", "Message-ID: <twelve.chairs@example.org>"]),
    );
    expect(Math.abs(Date.now() - new Date(mail?.internalDate ?? 0).getTime())).toBeLessThan(60_000);
    expect([...(mail?.flags ?? [])].filter((flag) => flag !== "\\Recent")).toEqual([]);
    expect(await flagsOf(server, 1)).toEqual([]);
  });

  test("gives a part of the source", async () => {
    const client = await openInbox((await account(mailOf("one"))).connection);
    const [mail] = await fetchAll(client, "1", { uid: true, source: { start: 3, maxLength: 5 } });
    expect(mail?.source?.toString()).toBe(mailOf("one").slice(3, 8));
  });

  test("ends every line with CRLF, also when the mail did not", async () => {
    const client = await openInbox((await account("Subject: bare\n\nline one\nline two\n")).connection);
    const [mail] = await fetchAll(client, "1", { uid: true, source: true, size: true });
    expect(mail?.source?.toString()).toBe("Subject: bare\r\n\r\nline one\r\nline two\r\n");
    expect(mail?.size).toBe(mail?.source?.length);
  });

  test("carries any byte", async () => {
    const bytes = Buffer.from(
      Array.from({ length: 256 }, (_, value) => value).filter(
        (value) => value !== 0x0a && value !== 0x0d && value !== 0,
      ),
    );
    const raw = Buffer.concat([Buffer.from("Subject: bytes\r\n\r\n"), bytes, Buffer.from("\r\n")]);
    const server = await account();
    await server.deliver(raw);
    const client = await openInbox(server.connection);
    const [mail] = await fetchAll(client, "1", { uid: true, source: true });
    expect(mail?.source?.equals(raw)).toBe(true);
  });

  test("finds by flag, UID, date, keyword and header", async () => {
    const server = await account(mailOf("one"), mailOf("two"), mailOf("three"));
    const client = await openInbox(server.connection);
    await client.messageFlagsAdd("2", ["\\Seen", "$BotFailed"], { uid: true });
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60_000);
    const found = {
      all: await client.search({ all: true }, { uid: true }),
      unseen: await client.search({ seen: false }, { uid: true }),
      seen: await client.search({ seen: true }, { uid: true }),
      byUid: await client.search({ uid: "2:*", seen: false }, { uid: true }),
      keyword: await client.search({ keyword: "$BotFailed" }, { uid: true }),
      noKeyword: await client.search({ unKeyword: "$BotFailed" }, { uid: true }),
      not: await client.search({ not: { uid: "2" } }, { uid: true }),
      header: await client.search({ header: { "message-id": "three@example.org" } }, { uid: true }),
      since: await client.search({ since: twoDaysAgo }, { uid: true }),
      before: await client.search({ before: twoDaysAgo }, { uid: true }),
      or: await client.search({ or: [{ uid: "1" }, { uid: "3" }] }, { uid: true }),
    };
    expect(found).toEqual({
      all: [1, 2, 3],
      unseen: [1, 3],
      seen: [2],
      byUid: [3],
      keyword: [2],
      noKeyword: [1, 3],
      not: [1, 3],
      header: [3],
      since: [1, 2, 3],
      before: [],
      or: [1, 3],
    });
  });

  test("answers a search in short when asked", async () => {
    const client = await openInbox(
      (await account(mailOf("one"), mailOf("two"), mailOf("three"), mailOf("four"))).connection,
    );
    await client.messageFlagsAdd("3", ["\\Seen"], { uid: true });
    const returnOptions = ["MIN", "MAX", "COUNT", "ALL"] as const;
    const found = await client.search({ seen: false }, { uid: true, returnOptions: [...returnOptions] });
    expect(found).toMatchObject({ min: 1, max: 4, count: 3, all: "1:2,4" });
  });

  test("marks a batch as read at once", async () => {
    const subjects = Array.from({ length: 20 }, (_, number) => mailOf(`mail ${number}`));
    const server = await account(...subjects);
    const client = await openInbox(server.connection);
    expect(await client.messageFlagsAdd("1:5,7,9:20", ["\\Seen"], { uid: true, silent: true })).toBe(true);
    const flags = await server.flags();
    expect([...flags].filter(([, set]) => !set.has("\\Seen")).map(([uid]) => uid)).toEqual([6, 8]);
  });

  test("adds, removes and replaces flags and keywords", async () => {
    const server = await account(mailOf("one"));
    const client = await openInbox(server.connection);
    await client.messageFlagsAdd("1", ["\\Flagged", "$BotFailed"], { uid: true });
    expect(await flagsOf(server, 1)).toEqual(["$BotFailed", "\\Flagged"]);
    await client.messageFlagsRemove("1", ["$BotFailed"], { uid: true });
    expect(await flagsOf(server, 1)).toEqual(["\\Flagged"]);
    await client.messageFlagsSet("1", ["\\Seen"], { uid: true });
    expect(await flagsOf(server, 1)).toEqual(["\\Seen"]);
  });

  test("lets a second session see after NOOP what the first one flagged", async () => {
    const { connection } = await account(mailOf("one"), mailOf("two"));
    const reader = await openInbox(connection);
    const writer = await openInbox(connection);
    await writer.messageFlagsAdd("1", ["\\Seen"], { uid: true });
    await reader.noop();
    expect(await reader.search({ seen: false }, { uid: true })).toEqual([2]);
  });

  test("tells a second session of mails that are gone", async () => {
    const { connection } = await account(mailOf("one"), mailOf("two"), mailOf("three"));
    const reader = await openInbox(connection);
    const writer = await openInbox(connection);
    const gone: number[] = [];
    reader.on("expunge", (event) => gone.push(event.seq ?? 0));
    await writer.messageDelete("1:2", { uid: true });
    await reader.noop();
    expect(gone).toHaveLength(2);
    expect(reader.mailbox).toMatchObject({ exists: 1 });
    expect(await fetchUids(reader)).toEqual([3]);
  });

  test("finds a mail after NOOP that came while the mailbox was open", async () => {
    const server = await account(mailOf("one"));
    const client = await openInbox(server.connection);
    await server.deliver(mailOf("two"));
    await client.noop();
    expect(await client.search({ seen: false }, { uid: true })).toEqual([1, 2]);
    expect(client.mailbox).toMatchObject({ exists: 2 });
  });

  test("pushes a new mail to an idling session", async () => {
    const server = await account(mailOf("one"));
    const client = await openInbox(server.connection);
    const push = once<{ count: number; prevCount: number }>(client, "exists");
    const idling = client.idle();
    await server.deliver(mailOf("two"));
    expect(await push).toMatchObject({ count: 2, prevCount: 1 });
    expect(await fetchUids(client)).toEqual([1, 2]); // breaks the idling
    await idling;
  });

  test("pushes the flags another session sets", async () => {
    const { connection } = await account(mailOf("one"));
    const client = await openInbox(connection);
    const push = once<{ flags: Set<string> }>(client, "flags");
    const idling = client.idle();
    const writer = await openInbox(connection);
    await writer.messageFlagsAdd("1", ["\\Seen"], { uid: true });
    expect([...(await push).flags]).toContain("\\Seen");
    await client.noop();
    await idling;
  });

  test("appends a mail with flags and date and names its UID", async () => {
    const server = await account(mailOf("one"));
    const client = await openInbox(server.connection);
    const appended = await client.append("INBOX", mailOf("two"), ["\\Flagged"], new Date("2026-02-03T04:05:06Z"));
    expect(appended).toMatchObject({ uid: 2, uidValidity: uidValidity(client) });
    const [mail] = await fetchAll(client, "2", { uid: true, internalDate: true, source: true });
    expect(mail?.source?.toString()).toBe(mailOf("two"));
    expect(new Date(mail?.internalDate ?? 0).toISOString()).toBe("2026-02-03T04:05:06.000Z");
    expect(await flagsOf(server, 2)).toEqual(["\\Flagged"]);
  });

  test("moves and copies, naming the new UIDs", async () => {
    const { connection } = await account(mailOf("one"), mailOf("two"));
    const client = await openInbox(connection);
    await client.mailboxCreate("Processing");
    const moved = await client.messageMove("2", "Processing", { uid: true });
    const copied = await client.messageCopy("1", "Processing", { uid: true });
    expect(moved).toMatchObject({ destination: "Processing", uidMap: new Map([[2, 1]]) });
    expect(copied).toMatchObject({ destination: "Processing", uidMap: new Map([[1, 2]]) });
    expect(await fetchUids(client)).toEqual([1]);
    expect(await client.status("Processing", { messages: true, unseen: true, uidNext: true })).toMatchObject({
      messages: 2,
      unseen: 2,
      uidNext: 3,
    });
  });

  test("says that the target of a copy is missing, and copies nothing", async () => {
    const client = await openInbox((await account(mailOf("one"))).connection);
    expect(await client.messageCopy("1", "Nowhere", { uid: true })).toBe(false);
    expect(await fetchUids(client)).toEqual([1]);
  });

  test("creates, renames and deletes mailboxes", async () => {
    const client = await connectClient((await account()).connection);
    const names = async () =>
      (await client.list()).map((folder) => folder.path).filter((path) => path.startsWith("Work"));
    await client.mailboxCreate("Work");
    await client.mailboxCreate("Work/2026");
    expect(await names()).toEqual(["Work", "Work/2026"]);
    await client.mailboxRename("Work", "Works");
    expect(await names()).toEqual(["Works", "Works/2026"]);
    await client.mailboxDelete("Works/2026");
    expect(await names()).toEqual(["Works"]);
  });

  test("ends the sessions that have a mailbox open when it is deleted", async () => {
    const { connection } = await account();
    const owner = await connectClient(connection);
    await owner.mailboxCreate("Work");
    const other = await openInbox(connection, "Work");
    const closed = once(other, "close");
    await owner.mailboxDelete("Work");
    await other.noop().catch(() => undefined);
    await closed;
  });

  test("shows a new UIDVALIDITY to a new session only", async () => {
    const server = await account(mailOf("one"), mailOf("two"));
    const old = await openInbox(server.connection);
    const before = uidValidity(old);
    await server.forgetUids();
    const fresh = await openInbox(server.connection);
    expect(uidValidity(fresh)).not.toBe(before);
    expect(uidValidity(old)).toBe(before);
    expect(await fetchUids(fresh)).toEqual([1, 2]);
  });

  test("takes a mail of 5 MB in and gives it back", async () => {
    const { connection } = await account();
    const client = await openInbox(connection);
    const raw = Buffer.concat([
      Buffer.from("Subject: large\r\n\r\n"),
      Buffer.from(`${"x".repeat(998)}\r\n`.repeat(5000)),
    ]);
    await client.append("INBOX", raw);
    const [mail] = await fetchAll(client, "1", { uid: true, source: true });
    expect(mail?.source?.equals(raw)).toBe(true);
  });

  test("says good bye on logout", async () => {
    const client = await openInbox((await account()).connection);
    await client.logout();
    expect(client.usable).toBe(false);
  });
});

function mailOf(subject: string): string {
  const id = subject.replaceAll(" ", ".");
  return `From: customer@example.org\r\nTo: orders@shop.example\r\nSubject: ${subject}\r\nMessage-ID: <${id}@example.org>\r\n\r\n${subject}, please\r\n`;
}

/** Collected before anything else is asked: a command inside of a fetch loop waits for ever. */
async function fetchAll(client: ImapFlow, range: string, query: FetchQueryObject): Promise<FetchMessageObject[]> {
  const mails: FetchMessageObject[] = [];
  for await (const mail of client.fetch(range, query, { uid: true })) mails.push(mail);
  return mails;
}

async function fetchUids(client: ImapFlow): Promise<number[]> {
  return (await fetchAll(client, "1:*", { uid: true })).map((mail) => mail.uid);
}

function uidValidity(client: ImapFlow): bigint {
  return client.mailbox === false ? 0n : client.mailbox.uidValidity;
}

async function flagsOf(server: TestMailServer, uid: number): Promise<string[]> {
  return [...((await server.flags()).get(uid) ?? [])].sort();
}

function once<T>(client: ImapFlow, event: "exists" | "flags" | "close"): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  client.once(event, (value?: unknown) => resolve(value as T));
  return promise;
}
