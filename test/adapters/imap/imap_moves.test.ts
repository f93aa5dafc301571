import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ReceivedMail } from "../../../src/adapters/imap/received_mail.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { startDevMailServer } from "../../../src/dev_mail_server/start_dev_mail_server.ts";
import { connectClient, openInbox } from "../../dev_mail_server/imap_client.ts";
import { startDovecot } from "../../support/dovecot.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import {
  dovecotAccount,
  mailServerHosts,
  type TestMailServer,
  type TestMailServerHost,
} from "../../support/mail_servers.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { eventually, MailDesk, type Work } from "./mail_desk.ts";
import { mailsIn } from "./mails_in.ts";
import { orderMail } from "./order_mail.ts";

const moving = { afterDone: "move", doneFolder: "Done", afterFailure: "move", failedFolder: "Failed" };
const secondIsDead = (mail: { readonly uid: number }): Work => (mail.uid === 2 ? "dead" : "done");

describe.each(mailServerHosts)("an imap source that moves finished mails on $name", ({ start }) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  async function accountWith(mails: number): Promise<TestMailServer> {
    const server = await host.account();
    for (let number = 1; number <= mails; number += 1) await server.deliver(orderMail(number));
    guardAgainstLeaks();
    return server;
  }

  const subjectsIn = async (server: TestMailServer, folder: string) =>
    (await mailsIn(server.connection, folder)).map((mail) => mail.subject);

  test("moves done mails read and given up ones unread, and makes the folders", async () => {
    const server = await accountWith(3);
    const run = await (await new MailDesk(server.connection).open({ config: moving, work: secondIsDead })).start();
    await eventually(async () => expect(await subjectsIn(server, "INBOX")).toEqual([]));
    expect(await mailsIn(server.connection, "Done")).toEqual([
      { uid: 1, subject: "Order 1", flags: ["\\Seen"] },
      { uid: 2, subject: "Order 3", flags: ["\\Seen"] },
    ]);
    expect(await mailsIn(server.connection, "Failed")).toEqual([{ uid: 1, subject: "Order 2", flags: ["$BotFailed"] }]);
    await eventually(() =>
      expect(run.source.status()).toMatchObject({ inFlight: 0, settled: 3, facts: { unmoved: 0 } }),
    );
    expect(run.source.health().state).toBe("pass");
    expect(run.facts.filter((code) => code === "imap_folder_created")).toHaveLength(2);
    expect(run.facts).not.toContain("imap_move_refused");
  });

  test("leaves a mail of which no task could be made where it is, for a later try", async () => {
    const server = await accountWith(2);
    const toTask = (mail: ReceivedMail) => {
      if (mail.uid === 1) throw new Error("what is this?");
      return { kind: "mail.received", payload: { ...mail } };
    };
    const run = await (
      await new MailDesk(server.connection).open({ config: moving, toTask, work: () => "dead" })
    ).start();
    await eventually(async () => expect(await subjectsIn(server, "Failed")).toEqual(["Order 2"]));
    await eventually(() => expect(run.source.status()).toMatchObject({ inFlight: 0, facts: { unmoved: 0 } }));
    expect(await mailsIn(server.connection, "INBOX")).toEqual([{ uid: 1, subject: "Order 1", flags: ["$BotFailed"] }]);
  });

  test("makes the folder again when somebody deletes it", async () => {
    const server = await accountWith(1);
    const run = await (await new MailDesk(server.connection).open({ config: moving })).start();
    await eventually(async () => expect(await subjectsIn(server, "Done")).toEqual(["Order 1"]));
    const person = await connectClient(server.connection);
    await person.mailboxDelete("Done");
    await person.logout();
    await server.deliver(orderMail(2));
    run.source.trigger();
    await eventually(async () => expect(await subjectsIn(server, "Done")).toEqual(["Order 2"]));
  });

  test("moves in batches", async () => {
    const server = await accountWith(25);
    const config = { ...moving, settleBatch: 10 };
    await (await new MailDesk(server.connection).open({ config })).start();
    await eventually(async () => expect(await subjectsIn(server, "Done")).toHaveLength(25));
    expect(await subjectsIn(server, "INBOX")).toEqual([]);
  });

  test.each(["before the move is done", "after the move is done"])(
    "neither loses nor doubles a mail when the connection dies %s",
    async (moment) => {
      const server = await accountWith(3);
      const proxy = await TcpProxy.to(server.connection);
      onTestFinished(() => proxy.stop());
      let armed = false;
      proxy.rewrite((chunk, direction) => {
        if (direction === "from_client" && chunk.includes("UID MOVE")) armed = true;
        if (!armed || (moment === "after the move is done" && direction === "from_client")) return chunk;
        armed = false;
        setImmediate(() => proxy.cutNow());
        return "";
      });
      const run = await (
        await new MailDesk({ ...server.connection, port: proxy.port }).open({ config: moving })
      ).start();
      await eventually(() => expect(run.facts).toContain("imap_session_failed"));
      proxy.pass();
      await eventually(async () => expect(await subjectsIn(server, "Done")).toEqual(["Order 1", "Order 2", "Order 3"]));
      await eventually(() => expect(run.source.status().facts.unmoved).toBe(0));
      expect(await subjectsIn(server, "INBOX")).toEqual([]);
      expect(run.uids).toEqual([1, 2, 3]);
    },
  );

  test("moves at the next start what a crash left marked and unmoved", async () => {
    const server = await accountWith(3);
    const proxy = await TcpProxy.to(server.connection);
    onTestFinished(() => proxy.stop());
    const desk = new MailDesk({ ...server.connection, port: proxy.port });
    // The answer to the mark comes, the move never leaves.
    proxy.cutAt({ direction: "from_client", at: /UID MOVE/ });
    const first = await (
      await desk.open({
        config: { ...moving, settleDelay: "300ms", reconnectMin: "1h", reconnectMax: "1h" },
        work: secondIsDead,
      })
    ).start();
    await eventually(() => expect(first.facts).toContain("imap_session_failed"));
    await first.crash();
    proxy.pass();
    expect(await desk.journal.unsettled("inbox", 10)).toEqual([]);
    expect(await subjectsIn(server, "INBOX")).toEqual(["Order 1", "Order 2", "Order 3"]);

    const second = await (await desk.open({ config: moving })).start();
    await eventually(async () => expect(await subjectsIn(server, "Done")).toEqual(["Order 1", "Order 3"]));
    await eventually(async () => expect(await subjectsIn(server, "Failed")).toEqual(["Order 2"]));
    expect(second.uids).toEqual([]);
  });

  test("leaves alone what people have read, and takes for told what they took away", async () => {
    const server = await accountWith(3);
    const person = await openInbox(server.connection);
    await person.messageFlagsAdd("1", ["\\Seen"], { uid: true });
    const run = await (await new MailDesk(server.connection).open({ config: moving, work: () => "held" })).start();
    await eventually(() => expect(run.uids).toEqual([2, 3]));
    await person.messageDelete("3", { uid: true });
    await person.logout();
    await run.finishHeld();
    await eventually(async () => expect(await subjectsIn(server, "Done")).toEqual(["Order 2"]));
    await eventually(() => expect(run.source.status()).toMatchObject({ settled: 2, facts: { unmoved: 0 } }));
    expect(await subjectsIn(server, "INBOX")).toEqual(["Order 1"]);
  });

  test("leaves a mail that was retried and is done where it was given up", async () => {
    const server = await accountWith(2);
    const desk = new MailDesk(server.connection);
    const run = await (await desk.open({ config: moving, work: secondIsDead })).start();
    await eventually(async () => expect(await subjectsIn(server, "Failed")).toEqual(["Order 2"]));
    const id = `imap:${server.connection.user}:INBOX:${run.source.status().facts.uidValidity}:2` as TaskId;
    await desk.journal.revive(id);
    await desk.journal.done(id);
    await eventually(() => expect(run.source.status().settled).toBe(3));
    expect(await mailsIn(server.connection, "Failed")).toMatchObject([{ subject: "Order 2", flags: ["$BotFailed"] }]);
    expect(await desk.journal.unsettled("inbox", 10)).toEqual([]);
  });

  test("does not move a dead letter that was retried before there was a folder for it", async () => {
    const server = await accountWith(1);
    const desk = new MailDesk(server.connection);
    const config = { ...moving, createFolders: false };
    const run = await (await desk.open({ config, work: () => "dead" })).start();
    await eventually(() => expect(run.source.health().output).toContain('Create folder "Failed"'));
    const id = `imap:${server.connection.user}:INBOX:${run.source.status().facts.uidValidity}:1` as TaskId;
    await desk.journal.revive(id);
    const person = await connectClient(server.connection);
    for (const folder of ["Done", "Failed"]) await person.mailboxCreate(folder);
    await person.logout();
    await eventually(() => expect(run.source.health().state).toBe("pass"));
    expect(await subjectsIn(server, "INBOX")).toEqual(["Order 1"]);
    await desk.journal.done(id);
    await eventually(async () =>
      expect(await mailsIn(server.connection, "Done")).toMatchObject([{ subject: "Order 1", flags: ["\\Seen"] }]),
    );
    expect(await subjectsIn(server, "Failed")).toEqual([]);
  });

  test("says so and goes on when the folder is missing and must not be made", async () => {
    const server = await accountWith(2);
    const config = { ...moving, createFolders: false };
    const run = await (await new MailDesk(server.connection).open({ config, work: secondIsDead })).start();
    await eventually(() => expect(run.source.health().output).toContain('Create folder "Done"'));
    expect(run.source.health().state).toBe("warn");
    await server.deliver(orderMail(3));
    await eventually(async () =>
      expect((await mailsIn(server.connection, "INBOX")).map((mail) => mail.flags)).toEqual([
        ["\\Seen"],
        ["$BotFailed"],
        ["\\Seen"],
      ]),
    );
    const person = await connectClient(server.connection);
    for (const folder of ["Done", "Failed"]) await person.mailboxCreate(folder);
    await person.logout();
    await eventually(async () => expect(await subjectsIn(server, "INBOX")).toEqual([]));
    await eventually(() => expect(run.source.health().state).toBe("pass"));
    expect(run.uids).toEqual([1, 2, 3]);
  });

  test("copies and takes away where the server has no MOVE, and nobody else's mail with it", async () => {
    const server = await accountWith(3);
    const person = await openInbox(server.connection);
    await person.messageFlagsAdd("3", ["\\Deleted", "\\Seen"], { uid: true });
    await person.logout();
    const proxy = await without(server, / MOVE/g);
    await (await new MailDesk({ ...server.connection, port: proxy.port }).open({ config: moving })).start();
    await eventually(async () => expect(await subjectsIn(server, "Done")).toEqual(["Order 1", "Order 2"]));
    await eventually(async () => expect(await subjectsIn(server, "INBOX")).toEqual(["Order 3"]));
  });

  test("moves nothing where that would take along what others have deleted, and says so", async () => {
    const server = await accountWith(1);
    const proxy = await without(server, / (MOVE|UIDPLUS)/g);
    const run = await (await new MailDesk({ ...server.connection, port: proxy.port }).open({ config: moving })).start();
    await eventually(async () => expect((await mailsIn(server.connection, "INBOX"))[0]?.flags).toEqual(["\\Seen"]));
    await eventually(() => expect(run.source.health().output).toContain("neither MOVE nor UIDPLUS"));
    expect(run.facts.filter((code) => code === "imap_move_impossible")).toHaveLength(1);
    expect(run.source.status().facts.unmoved).toBe(0);
  });

  /** The server, without some of its capabilities. */
  async function without(server: TestMailServer, capabilities: RegExp): Promise<TcpProxy> {
    const proxy = await TcpProxy.to(server.connection);
    onTestFinished(() => proxy.stop());
    proxy.rewrite((chunk, direction) =>
      direction === "from_server" && chunk.includes("CAPABILITY") ? chunk.replace(capabilities, "") : chunk,
    );
    return proxy;
  }
});

describe("an imap source whose mails cannot be moved for a while", () => {
  test.each([
    ["there is no room", "OVERQUOTA", "Mailbox is full", "Make room in the mailbox."],
    ["it may not", "NOPERM", "Permission denied", "Grant the right"],
  ])("marks and takes on mails while %s, and moves them later", async (_why, code, text, cure) => {
    const account = { user: "orders@shop.example", password: "secret" };
    const server = await startDevMailServer(account);
    onTestFinished(() => server.stop());
    const trouble = { kind: "answer", status: "NO", code, text } as const;
    const planned = server.faults.imap({ on: "UID MOVE", trouble, times: Number.POSITIVE_INFINITY });
    for (const number of [1, 2, 3]) server.deliver(orderMail(number));
    const desk = new MailDesk({ host: server.host, port: server.ports.imap, ...account });
    const run = await (await desk.open({ config: moving })).start();
    await eventually(() => expect(run.source.health().output).toContain(`(${code}: ${text})`));
    expect(run.source.health()).toMatchObject({ state: "warn", output: expect.stringContaining(cure) });
    server.deliver(orderMail(4));
    const unread = () => server.mailbox("INBOX")?.mails.filter((mail) => !mail.flags.has("\\Seen"));
    await eventually(() => expect(unread()).toEqual([]));
    await eventually(() =>
      expect(run.source.status()).toMatchObject({ settled: 4, inFlight: 0, facts: { unmoved: 4 } }),
    );
    planned.cancel();
    await eventually(() => expect(server.mailbox("INBOX")?.mails).toEqual([]));
    expect(server.mailbox("Done")?.mails).toHaveLength(4);
    await eventually(() => expect(run.source.health().state).toBe("pass"));
  });

  test("makes no second copy where the server copies and then does not take away", async () => {
    const account = { user: "orders@shop.example", password: "secret" };
    const server = await startDevMailServer(account);
    onTestFinished(() => server.stop());
    const trouble = { kind: "answer", status: "NO", text: "Not now" } as const;
    const planned = server.faults.imap({ on: "UID EXPUNGE", trouble, times: 2 });
    server.deliver(orderMail(1));
    const proxy = await TcpProxy.to({ host: server.host, port: server.ports.imap });
    onTestFinished(() => proxy.stop());
    proxy.rewrite((chunk, direction) => (direction === "from_server" ? chunk.replace(/ MOVE/g, "") : chunk));
    const run = await (
      await new MailDesk({ host: proxy.host, port: proxy.port, ...account }).open({ config: moving })
    ).start();
    await eventually(() => expect(server.mailbox("INBOX")?.mails).toEqual([]));
    expect(planned.struck).toBe(2);
    expect(server.mailbox("Done")?.mails).toHaveLength(1);
    await eventually(() => expect(run.source.health().state).toBe("pass"));
  });

  test("does not let one mail the server never takes keep the others", async () => {
    const account = { user: "orders@shop.example", password: "secret" };
    const server = await startDevMailServer(account);
    onTestFinished(() => server.stop());
    for (const number of [1, 2, 3]) server.deliver(orderMail(number));
    const proxy = await TcpProxy.to({ host: server.host, port: server.ports.imap });
    onTestFinished(() => proxy.stop());
    // Mail 2 in a set makes the whole command a bad one.
    proxy.rewrite((chunk, direction) =>
      direction === "from_client" ? chunk.replace(/UID MOVE (1:3|2:3|1:2|2) /, "UID MOVE 0 ") : chunk,
    );
    const desk = new MailDesk({ host: proxy.host, port: proxy.port, ...account });
    const run = await (await desk.open({ config: moving })).start();
    await eventually(() => expect(server.mailbox("INBOX")?.mails.map((mail) => mail.uid)).toEqual([2]));
    await eventually(() => expect(run.source.health().output).toContain("does not move 1 finished mail(s)"));
  });
});

test("folders are named with / whatever the server's separator and prefix are", async () => {
  const dovecot = await startDovecot({ separator: ".", prefix: "INBOX." });
  onTestFinished(() => dovecot.stop());
  const server = dovecotAccount(dovecot);
  await server.deliver(orderMail(1));
  const config = { afterDone: "move", doneFolder: "Bot/Done" };
  await (await new MailDesk(server.connection).open({ config })).start();
  await eventually(async () => expect(await mailsIn(server.connection, "INBOX.Bot.Done")).toHaveLength(1));
  expect(await mailsIn(server.connection, "INBOX")).toEqual([]);
});

test("folders that are nobody's own are named by their namespace, and not taken for our own", async () => {
  const dovecot = await startDovecot({ separator: ".", prefix: "INBOX.", publicPrefix: "Public." });
  onTestFinished(() => dovecot.stop());
  const server = dovecotAccount(dovecot);
  const { user } = server.connection;
  await server.deliver(orderMail(1));
  for (const folder of ["Public.Orders", "INBOX.Public.Orders"])
    await dovecot.doveadm("mailbox", "create", "-u", user, folder);
  await dovecot.doveadm("move", "-u", user, "Public.Orders", "mailbox", "INBOX", "all");
  const config = { folder: "Public/Orders", afterDone: "move", doneFolder: "Public/Orders/Done" };
  const run = await (await new MailDesk(server.connection).open({ config })).start();
  await eventually(() => expect(run.uids).toEqual([1]));
  await eventually(async () => expect([...(await dovecot.flags(user, "Public.Orders.Done")).values()]).toHaveLength(1));
  expect(run.source.health().state).toBe("pass");
});
