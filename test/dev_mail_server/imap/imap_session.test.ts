import { expect, test } from "vitest";
import type { DevMailServerOptions } from "../../../src/dev_mail_server/dev_mail_server_options.ts";
import { RawClient } from "../raw_client.ts";
import { mailOf, runServer, subjectsIn } from "../running_server.ts";

async function open(options: Partial<DevMailServerOptions> = {}, ...mails: readonly string[]) {
  const server = await runServer(options);
  for (const mail of mails) server.deliver(mail);
  const client = await RawClient.connect(server.ports.imap);
  return { server, client };
}

async function openLoggedIn(...mails: readonly string[]) {
  const { server, client } = await open({}, ...mails);
  await client.command('a LOGIN "orders@shop.example" secret');
  await client.command("a SELECT INBOX");
  return { server, client };
}

test.each([
  ["a tag alone", "a"],
  ["nothing", ""],
  ["an unknown command", "a FROBNICATE"],
  ["an open quote", 'a LOGIN "x'],
  ["an open parenthesis", "a STATUS INBOX (MESSAGES"],
  ["a parenthesis too much", "a LOGIN a b)"],
  ["too few arguments", "a LOGIN only"],
  ["too many arguments", "a LOGIN a b c"],
  ["a command before login", "a SELECT INBOX"],
  ["deep nesting", `a ID ${"(".repeat(1000)}`],
])("answers BAD to %s and goes on", async (_what, line) => {
  const { client } = await open();
  client.send(`${line}\r\n`);
  expect(await client.expect(/^(?:a|\*) BAD .*\r\n/m)).toContain("BAD");
  expect(await client.command("b NOOP")).toContain("b OK");
});

test.each(["1:", "0", "x", "1,,2", "1:2:3"])("answers BAD to the sequence set %s", async (set) => {
  const { client } = await openLoggedIn(mailOf("one"));
  expect(await client.command(`a UID FETCH ${set} (FLAGS)`)).toMatch(/^a BAD /m);
});

test("takes literals with and without waiting, also for a password", async () => {
  const { server, client } = await open();
  client.send("a LOGIN {19}\r\n");
  await client.expect(/^\+ /m);
  client.send("orders@shop.example {6+}\r\nsecret\r\n");
  expect(await client.expect(/^a .*\r\n/m)).toContain("a OK");

  client.send(`b APPEND INBOX {${mailOf("one").length}}\r\n`);
  await client.expect(/^\+ /m);
  client.send(`${mailOf("one")}\r\n`);
  expect(await client.expect(/^b .*\r\n/m)).toContain("b OK [APPENDUID");
  expect(await client.command(`c APPEND INBOX (\\Seen) {${mailOf("two").length}+}\r\n${mailOf("two")}`)).toContain(
    "c OK [APPENDUID",
  );
  expect(subjectsIn(server)).toEqual(["one", "two"]);
});

test("refuses a literal that is too large without taking it, and goes on", async () => {
  const { client } = await open({ limits: { maxMailBytes: 1000 } });
  expect(await client.command("a LOGIN {1025}")).toContain("a NO [TOOBIG]");
  await client.command('a LOGIN "orders@shop.example" secret');
  expect(await client.command("b APPEND INBOX {1001}")).toContain("b NO [TOOBIG]");
  expect(await client.command("c NOOP")).toContain("c OK");
});

test.each([
  ["a line without end", "a".repeat(70_000)],
  ["a line too long", `a LOGIN ${"x".repeat(70_000)}\r\n`],
  ["a large literal sent unasked", "a LOGIN {100000+}\r\n"],
  ["many literals", `a LOGIN${" {1+}\r\nx".repeat(20_000)}\r\n`],
])("ends the connection at %s", async (_what, bytes) => {
  const { client } = await open();
  client.send(bytes);
  expect(await client.untilClosed()).toContain("* BYE Line or literal too long");
});

test("ends a connection that says nothing", async () => {
  const { client } = await open({ limits: { silenceMs: 30 } });
  expect(await client.untilClosed()).toBe("");
});

test("does not serve more connections than allowed", async () => {
  const { server, client } = await open({ limits: { maxSessions: 1 } });
  await expect(RawClient.connect(server.ports.imap)).rejects.toThrow("Closed before");
  expect(await client.command("a NOOP")).toContain("a OK");
});

test.each([
  ["with initial response", "a AUTHENTICATE PLAIN AG9yZGVyc0BzaG9wLmV4YW1wbGUAc2VjcmV0\r\n", undefined],
  ["in two steps", "a AUTHENTICATE PLAIN\r\n", "AG9yZGVyc0BzaG9wLmV4YW1wbGUAc2VjcmV0\r\n"],
])("authenticates by PLAIN %s", async (_how, first, second) => {
  const { client } = await open();
  client.send(first);
  if (second !== undefined) {
    await client.expect(/^\+ /m);
    client.send(second);
  }
  expect(await client.expect(/^a .*\r\n/m)).toContain("a OK");
});

test("says plainly what it does not offer", async () => {
  const { client } = await openLoggedIn(mailOf("one"));
  expect(await client.command("a FETCH 1 (ENVELOPE)")).toMatch(
    /^a BAD ENVELOPE is not offered by the development mail server/m,
  );
  expect(await client.command("a FETCH 1 BODYSTRUCTURE")).toMatch(/^a BAD BODYSTRUCTURE is not offered/m);
  expect(await client.command("a FETCH 1 BODY.PEEK[1]")).toMatch(/^a BAD Section 1 is not offered/m);
  expect(await client.command("a SEARCH SENTSINCE 1-Jan-2026")).toMatch(/^a BAD Search key SENTSINCE is not offered/m);
});

test("marks a mail as read by BODY[] but not by BODY.PEEK[] nor in a mailbox open for reading only", async () => {
  const { client } = await openLoggedIn(mailOf("one"));
  expect(await client.command("a FETCH 1 BODY.PEEK[HEADER]")).not.toContain("\\Seen");
  await client.command("a EXAMINE INBOX");
  expect(await client.command("a FETCH 1 BODY[TEXT]")).not.toContain("\\Seen");
  await client.command("a SELECT INBOX");
  expect(await client.command("a FETCH 1 BODY[TEXT]")).toContain("FLAGS (\\Seen) BODY[TEXT] {13}\r\none, please\r\n");
});

test("gives chosen headers, folded ones whole, and all but the chosen", async () => {
  const { client } = await openLoggedIn("A: 1\r\nLong: one\r\n two\r\nB: 2\r\n\r\nA: body\r\n");
  expect(await client.command('a FETCH 1 BODY.PEEK[HEADER.FIELDS (long "B")]')).toContain(
    "{25}\r\nLong: one\r\n two\r\nB: 2\r\n\r\n)",
  );
  expect(await client.command("a FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (LONG)]<0.4>")).toContain("<0> {4}\r\nA: 1)");
});

test("does not tell of expunged mails while the client counts by sequence number", async () => {
  const { server, client } = await openLoggedIn(mailOf("one"), mailOf("two"));
  const other = await RawClient.connect(server.ports.imap);
  await other.command('a LOGIN "orders@shop.example" secret');
  await other.command("a SELECT INBOX");
  await other.command("a STORE 1 +FLAGS.SILENT (\\Deleted)");
  await other.command("a EXPUNGE");

  expect(await client.command("b FETCH 2 (UID)")).toMatch(/^\* 2 FETCH \(UID 2\)\r\nb OK/m);
  expect(await client.command("c NOOP")).toContain("* 1 EXPUNGE");
  expect(await client.command("d FETCH 1 (UID)")).toContain("* 1 FETCH (UID 2)");
});

test("takes commands that come in one packet, and bytes that come one by one", async () => {
  const { client } = await open();
  client.send("a NOOP\r\nb NOOP\r\nc CAPABILITY\r\n");
  expect(await client.expect(/^c OK.*\r\n/m)).toMatch(/^a OK .*\r\nb OK .*\r\n\* CAPABILITY/);
  for (const byte of "d NOOP\r\n") client.send(byte);
  expect(await client.expect(/^d OK.*\r\n/m)).toContain("d OK");
});

test("closes with expunging, unselects without", async () => {
  const { server, client } = await openLoggedIn(mailOf("one"), mailOf("two"));
  await client.command("a STORE 1 +FLAGS (\\Deleted)");
  await client.command("a UNSELECT");
  expect(subjectsIn(server)).toEqual(["one", "two"]);
  await client.command("a SELECT INBOX");
  await client.command("a CLOSE");
  expect(subjectsIn(server)).toEqual(["two"]);
});

test.each(["STORE 1 +FLAGS (\\Seen)", "EXPUNGE", "MOVE 1 Sent"])(
  "refuses %s in a mailbox open for reading only",
  async (command) => {
    const { server, client } = await openLoggedIn(mailOf("one"));
    await client.command("a STORE 1 +FLAGS (\\Deleted)");
    await client.command("a EXAMINE INBOX");
    expect(await client.command(`a ${command}`)).toContain("a NO [READ-ONLY]");
    expect(server.mailbox("INBOX")?.mails).toMatchObject([{ flags: new Set(["\\Deleted"]) }]);
  },
);
