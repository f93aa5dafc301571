import { expect, onTestFinished, test } from "vitest";
import { RawClient } from "../dev_mail_server/raw_client.ts";
import { account, mailOf, runServer } from "../dev_mail_server/running_server.ts";
import { ImapWire } from "./imap_wire.ts";
import { TcpProxy } from "./tcp_proxy.ts";

const fetch = "f UID FETCH 1 (UID BODY.PEEK[])";

test("lets everything through while nothing is planned", async () => {
  const { client } = await inboxBehindWire();
  expect(await client.command(fetch)).toContain("one, please");
  expect(await client.command("s UID STORE 1 +FLAGS (\\Seen)")).toContain("s OK");
});

test("cuts before a command, within its answer, and instead of the end of its answer", async () => {
  const { wire, server, open } = await inboxBehindWire();
  const on = /^UID STORE/;
  const isSeen = () => server.mailbox("INBOX")?.mails[0]?.flags.has("\\Seen");
  for (const [at, done, heard] of [
    ["before", false, /^$/],
    ["instead_of_answer", true, /^[^\n]*FETCH[^\n]*\n$/],
  ] as const) {
    const client = await open();
    wire.plan({ on, trouble: { kind: "cut", at } });
    client.send("s UID STORE 1 +FLAGS (\\Seen)\r\n");
    expect(await client.untilClosed()).toMatch(heard);
    expect(isSeen()).toBe(done);
  }
  const client = await open();
  wire.plan({ on: /^UID FETCH/, trouble: { kind: "cut", at: "during" } });
  client.send(`${fetch}\r\n`);
  expect(await client.untilClosed()).toMatch(/\{57\}\r\nFrom: customer@example\.org\r\nS$/);
  expect(wire.struck).toBe(3);
});

test("answers in the place of the server, as often as told", async () => {
  const { wire, server, client } = await inboxBehindWire();
  wire.plan({ on: /^UID STORE/, trouble: { kind: "answer", status: "OK", text: "Stored" }, times: 2 });
  expect(await client.command("a UID STORE 1 +FLAGS (\\Seen)")).toBe("a OK Stored\r\n");
  expect(await client.command("b UID STORE 1 +FLAGS (\\Seen)")).toBe("b OK Stored\r\n");
  expect(server.mailbox("INBOX")?.mails[0]?.flags.has("\\Seen")).toBe(false);
  expect(await client.command("c UID STORE 1 +FLAGS (\\Seen)")).toContain("c OK Done");

  wire.plan({ on: /^NOOP/, trouble: { kind: "answer", status: "BYE", code: "UNAVAILABLE", text: "Restarting" } });
  client.send("d NOOP\r\n");
  expect(await client.untilClosed()).toBe("* BYE [UNAVAILABLE] Restarting\r\n");
});

test("loses counts and pushes, but not the answer of a SELECT", async () => {
  const { wire, server, client } = await inboxBehindWire();
  wire.changes.lostCounts = 1;
  server.deliver(mailOf("two"));
  expect(await client.command("a NOOP")).not.toContain("EXISTS");
  expect(wire.struck).toBe(1);
  server.deliver(mailOf("three"));
  expect(await client.command("b NOOP")).toContain("* 3 EXISTS");

  wire.changes.lostCounts = Number.POSITIVE_INFINITY;
  client.send("c IDLE\r\n");
  await client.expect(/^\+/m);
  server.deliver(mailOf("four"));
  await expect.poll(() => wire.struck).toBe(2);
  client.send("DONE\r\n");
  expect(await client.expect(/^c OK.*\r\n/m)).not.toContain("EXISTS");
  expect(await client.command("d SELECT INBOX")).toContain("* 4 EXISTS");
});

test("hides a capability, shortens a literal, and cuts the mail with the poison", async () => {
  const { wire, client, open } = await inboxBehindWire();
  wire.changes.hiddenCapability = "IDLE";
  expect(await client.command("a CAPABILITY")).toMatch(/MOVE ESEARCH/);
  wire.plan({ on: /^UID FETCH/, trouble: { kind: "short_literal", missingBytes: 5 } });
  client.send(`${fetch}\r\n`);
  expect(await client.expect(/^f OK.*\r\n/m)).toMatch(/one, ple\)\r\n/);
  wire.changes.poison = "one, please";
  const other = await open();
  other.send(`${fetch}\r\n`);
  expect(await other.untilClosed()).not.toContain("one");
});

test("as a black hole within an answer lets the rest vanish and keeps the connection", async () => {
  const { wire, client, proxy } = await inboxBehindWire();
  wire.plan({ on: /^IDLE/, trouble: { kind: "black_hole", at: "during" } });
  client.send("a IDLE\r\n");
  await client.expect(/^\+.*\r\n/);
  client.send("DONE\r\n");
  await expect.poll(() => proxy.swallowedBytes).toBeGreaterThan(0);
  expect(proxy.open).toBe(1);
});

test("forgets one connection without ending it, and carries the next", async () => {
  const { wire, server, proxy, client, open } = await inboxBehindWire();
  wire.plan({ on: /^NOOP/, trouble: { kind: "forget", at: "before" } });
  client.send("a NOOP\r\n");
  await expect.poll(() => wire.struck).toBe(1);
  const next = await open();
  expect(await next.command("b NOOP")).toContain("b OK");
  client.send("c UID STORE 1 +FLAGS (\\Seen)\r\n");
  expect(await next.command("d NOOP")).not.toContain("FETCH");
  expect(server.mailbox("INBOX")?.mails[0]?.flags.has("\\Seen")).toBe(false);
  expect(proxy.open).toBe(2);
});

async function inboxBehindWire() {
  const server = await runServer();
  server.deliver(mailOf("one"));
  const proxy = await TcpProxy.to({ host: server.host, port: server.ports.imap });
  onTestFinished(() => proxy.stop());
  const wire = new ImapWire(proxy);
  const open = async () => {
    const client = await RawClient.connect(proxy.port);
    await client.command(`l LOGIN ${account.user} ${account.password}`);
    await client.command("i SELECT INBOX");
    return client;
  };
  return { server, proxy, wire, open, client: await open() };
}
