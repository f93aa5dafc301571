import type { FetchMessageObject, ImapFlow } from "imapflow";
import { createTransport } from "nodemailer";
import { describe, expect, onTestFinished, test } from "vitest";
import type { DevMailServer } from "../../../src/dev_mail_server/dev_mail_server.ts";
import type { CutPoint } from "../../../src/dev_mail_server/faults/faults.ts";
import { connectClient, openInbox } from "../imap_client.ts";
import { RawClient } from "../raw_client.ts";
import { account, connectionTo, mailOf, runServer, subjectsIn } from "../running_server.ts";

async function openWith(...subjects: readonly string[]): Promise<{ server: DevMailServer; client: ImapFlow }> {
  const server = await runServer();
  for (const subject of subjects) server.deliver(mailOf(subject));
  return { server, client: await openInbox(connectionTo(server)) };
}

describe("IMAP", () => {
  test.each<[CutPoint, boolean, boolean]>([
    ["before", false, false],
    ["instead_of_answer", true, false],
    ["after", true, true],
  ])("a cut %s the command: done %s, answered %s", async (at, done, answered) => {
    const { server, client } = await openWith("one");
    const closed = closing(client);
    server.faults.imap({ on: "UID STORE", trouble: { kind: "cut", at } });
    expect(await client.messageFlagsAdd("1", ["\\Seen"], { uid: true }).catch(() => false)).toBe(answered);
    await closed;
    expect(server.mailbox("INBOX")?.mails[0]?.flags.has("\\Seen")).toBe(done);
  });

  test("a fault strikes the nth command from now, as often as told, and can be called off", async () => {
    const { server, client } = await openWith();
    const fault = server.faults.imap({
      on: "NOOP",
      nth: 2,
      times: 2,
      trouble: { kind: "answer", status: "NO", text: "Not now" },
    });
    const raw = await RawClient.connect(server.ports.imap);
    const answers = [];
    for (let turn = 0; turn < 4; turn += 1) answers.push((await raw.command("a NOOP")).slice(2, 4));
    expect(answers).toEqual(["OK", "NO", "NO", "OK"]);
    expect(fault.struck).toBe(2);

    server.faults
      .imap({ on: "NOOP", times: Infinity, trouble: { kind: "answer", status: "BAD", text: "Never" } })
      .cancel();
    server.faults.imap({ on: "NOOP", times: Infinity, trouble: { kind: "answer", status: "BAD", text: "Never" } });
    server.faults.clear();
    expect(await raw.command("a NOOP")).toContain("a OK");
    expect(client.usable).toBe(true);
  });

  test("a stalled command is never answered and not done; the next connection is served", async () => {
    const { server, client } = await openWith("one");
    server.faults.imap({ on: "UID STORE", trouble: { kind: "stall" } });
    let settled = false;
    const stalled = client.messageFlagsAdd("1", ["\\Seen"], { uid: true }).finally(() => {
      settled = true;
    });
    const other = await openInbox(connectionTo(server));
    expect(await other.search({ seen: false }, { uid: true })).toEqual([1]);
    expect(settled).toBe(false);
    client.close();
    await stalled.catch(() => undefined);
  });

  test("too many connections and wrong credentials differ by the response code", async () => {
    const server = await runServer();
    const refusals = [];
    for (const code of ["LIMIT", "AUTHENTICATIONFAILED", "UNAVAILABLE"]) {
      server.faults.imap({ on: "AUTHENTICATE", trouble: { kind: "answer", status: "NO", code, text: "Refused" } });
      refusals.push(await connectClient(connectionTo(server)).catch((error) => error.serverResponseCode));
    }
    expect(refusals).toEqual(["LIMIT", "AUTHENTICATIONFAILED", "UNAVAILABLE"]);
    expect((await connectClient(connectionTo(server))).usable).toBe(true);
  });

  test("a client that is told to slow down waits and asks again", async () => {
    const { server, client } = await openWith("one");
    const text = "Request is throttled. Suggested Backoff Time: 20 milliseconds";
    const fault = server.faults.imap({ on: "UID FETCH", trouble: { kind: "answer", status: "BAD", text } });
    expect(await client.fetchOne("1", { source: true }, { uid: true })).toMatchObject({
      source: Buffer.from(mailOf("one")),
    });
    expect(fault.struck).toBe(1);
  });

  test("BYE ends the connection with its reason, also instead of a greeting", async () => {
    const { server, client } = await openWith();
    const closed = closing(client);
    server.faults.imap({ on: "NOOP", trouble: { kind: "answer", status: "BYE", text: "Server is going down" } });
    await client.noop().catch(() => undefined);
    await closed;

    server.faults.imap({
      on: "GREETING",
      trouble: { kind: "answer", status: "BYE", code: "UNAVAILABLE", text: "Try later" },
    });
    const raw = await RawClient.connect(server.ports.imap);
    expect(await raw.untilClosed()).toBe("");
    server.faults.imap({ on: "GREETING", trouble: { kind: "cut", at: "before" } });
    await expect(RawClient.connect(server.ports.imap)).rejects.toThrow("Closed before");
  });

  test("a deaf IDLE pushes nothing, a search still finds everything", async () => {
    const { server, client } = await openWith("one");
    const events: unknown[] = [];
    client.on("exists", (event) => events.push(event));
    const fault = server.faults.imap({ on: "IDLE", trouble: { kind: "deaf" } });
    const idling = client.idle();
    await expect.poll(() => fault.struck).toBe(1);
    server.deliver(mailOf("two"));
    server.deliver(mailOf("three"));
    expect(await client.search({ seen: false }, { uid: true })).toEqual([1, 2, 3]);
    await idling;
    expect(events).toEqual([]);
  });

  test("a short literal leaves a client without the end of its mail", async () => {
    const { server, client } = await openWith("one");
    server.faults.imap({ on: "UID FETCH", trouble: { kind: "short_literal", missingBytes: 5 } });
    const mails: FetchMessageObject[] = [];
    const fetching = (async () => {
      for await (const mail of client.fetch("1", { uid: true, source: true }, { uid: true })) mails.push(mail);
    })();
    const other = await openInbox(connectionTo(server));
    expect(await other.fetchOne("1", { source: true }, { uid: true })).toMatchObject({
      source: Buffer.from(mailOf("one")),
    });
    client.close();
    await fetching.catch(() => undefined);
    expect(mails.filter((mail) => mail.source?.toString() === mailOf("one"))).toEqual([]);
  });

  test("new UIDs: an old session knows nothing of them, not even of new mail", async () => {
    const { server, client } = await openWith("one", "two");
    const before = server.mailbox("INBOX")?.uidValidity ?? 0;
    await client.messageDelete("1", { uid: true });
    server.faults.bumpUidValidity();
    server.deliver(mailOf("three"));
    await client.noop();
    expect(await client.search({ all: true }, { uid: true })).toEqual([2]);
    expect(server.mailbox("INBOX")?.uidValidity).toBeGreaterThan(before);
    const fresh = await openInbox(connectionTo(server));
    expect(await fresh.search({ all: true }, { uid: true })).toEqual([1, 2]);
  });

  test("a deleted INBOX ends its sessions, is missing, and comes back with the next mail", async () => {
    const { server, client } = await openWith("one");
    const before = server.mailbox("INBOX")?.uidValidity ?? 0;
    const closed = closing(client);
    server.faults.deleteMailbox("INBOX");
    await closed;
    const again = await connectClient(connectionTo(server));
    await expect(again.mailboxOpen("INBOX")).rejects.toMatchObject({ mailboxMissing: true });
    server.deliver(mailOf("two"));
    await again.mailboxOpen("INBOX");
    expect(server.mailbox("INBOX")?.uidValidity).toBeGreaterThan(before);
  });

  test("a server that is down refuses, and comes up on the same port with all its mails", async () => {
    const { server, client } = await openWith("one");
    const [closed, port] = [closing(client), server.ports.imap];
    await server.faults.goDown("imap");
    await closed;
    await expect(connectClient(connectionTo(server))).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await server.faults.comeUp("imap");
    expect(server.ports.imap).toBe(port);
    const again = await openInbox(connectionTo(server));
    expect(again.mailbox).toMatchObject({ exists: 1 });
  });
});

describe("SMTP", () => {
  async function send(server: DevMailServer) {
    const transport = createTransport({ host: server.host, port: server.ports.smtp, secure: false });
    onTestFinished(() => transport.close());
    return await transport.sendMail({
      envelope: { from: account.user, to: ["customer@example.org"] },
      raw: mailOf("your order"),
    });
  }

  test.each([
    ["MAIL FROM", 451],
    ["RCPT TO", 550],
    ["DATA", 451],
  ] as const)("refuses at %s with %s, once", async (on, code) => {
    const server = await runServer();
    server.faults.smtp({ on, trouble: { kind: "refuse", code, text: "Refused" } });
    await expect(send(server)).rejects.toMatchObject({ responseCode: code });
    expect(server.sent()).toEqual([]);
    await send(server);
    expect(server.sent()).toHaveLength(1);
  });

  test.each<[CutPoint, boolean, boolean]>([
    ["before", false, false],
    ["instead_of_answer", true, false],
    ["after", true, true],
  ])("a cut %s the mail is accepted: kept %s, answered %s", async (at, kept, answered) => {
    const server = await runServer();
    server.faults.smtp({ on: "DATA", trouble: { kind: "cut", at } });
    const sent = await send(server).then(
      () => true,
      () => false,
    );
    expect(sent).toBe(answered);
    expect(subjectsIn(server, "Sent")).toEqual(kept ? ["your order"] : []);
  });

  test("cuts while connecting, and stalls", async () => {
    const server = await runServer();
    server.faults.smtp({ on: "CONNECT", trouble: { kind: "cut", at: "before" } });
    await expect(send(server)).rejects.toThrow();
    const fault = server.faults.smtp({ on: "RCPT TO", trouble: { kind: "stall" } });
    const stalled = send(server).catch((error) => error);
    await expect.poll(() => fault.struck).toBe(1);
    server.faults.cutConnections("smtp");
    expect(await stalled).toBeInstanceOf(Error);
    expect(server.sent()).toEqual([]);
  });

  test("is down and comes up again on the same port", async () => {
    const server = await runServer();
    await server.faults.goDown("smtp");
    await expect(send(server)).rejects.toMatchObject({
      code: expect.stringMatching(/ECONNECTION|ESOCKET|ECONNREFUSED/),
    });
    await server.faults.comeUp("smtp");
    await send(server);
    expect(server.sent()).toHaveLength(1);
  });
});

/** Resolves with the end of the connection, whoever ended it. */
function closing(client: ImapFlow): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  client.once("close", () => resolve());
  return promise;
}
