import type { ImapFlow } from "imapflow";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connectClient, openInbox } from "../../dev_mail_server/imap_client.ts";
import { startDovecot } from "../../support/dovecot.ts";
import {
  dovecotAccount,
  mailServerHosts,
  type TestMailServer,
  type TestMailServerHost,
} from "../../support/mail_servers.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { type DeskRun, eventually, MailDesk } from "./mail_desk.ts";
import { mailsIn } from "./mails_in.ts";
import { orderMail } from "./order_mail.ts";

/** How finished mails are told. */
type Telling = { readonly track?: string; readonly afterDone?: string; readonly doneFolder?: string };

const settings = { folder: "Orders", freshSession: "200ms", mode: "poll" };

describe.each(mailServerHosts)("a folder on $name that changes while its mails are in hand", ({ start }) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  /** Two mails in folder Orders, both with a worker. */
  async function inHand(more: Telling = {}) {
    const server = await host.account();
    const person = await connectClient(server.connection);
    await person.mailboxCreate("Orders");
    for (const number of [1, 2]) await person.append("Orders", orderMail(number), []);
    const desk = new MailDesk(server.connection);
    const run = await (await desk.open({ config: { ...settings, ...more }, work: () => "held" })).start();
    await eventually(() => expect(run.uids).toEqual([1, 2]));
    return { server, person, desk, run };
  }

  const subjects = (run: DeskRun) => run.handled.map((mail) => mail.messageId?.replace(/@.*/, ""));
  const readIn = async (server: TestMailServer, folder: string) =>
    (await mailsIn(server.connection, folder)).map(({ subject, flags }) => [subject, flags.includes("\\Seen")]);

  test("renamed away: says so, and marks what was finished meanwhile when it is back", async () => {
    const { server, person, run } = await inHand();
    await person.mailboxRename("Orders", "Elsewhere");
    await eventually(() => expect(run.source.health().output).toContain('has no folder "Orders". Create it'));
    expect(run.source.health().state).toBe("fail");
    await run.finishHeld();
    await person.mailboxRename("Elsewhere", "Orders");
    await person.logout();
    await eventually(async () =>
      expect(await readIn(server, "Orders")).toEqual([
        ["Order 1", true],
        ["Order 2", true],
      ]),
    );
    await eventually(() => expect(run.source.status()).toMatchObject({ inFlight: 0, settled: 2 }));
    await eventually(() => expect(run.source.health().state).toBe("pass"));
    expect(run.handled).toHaveLength(2);
  });

  test("renamed, and the configuration with it: what is in hand or done is known by its content", async () => {
    const { server, person, desk, run } = await inHand();
    await person.mailboxRename("Orders", "Sales/Orders");
    await run.crash();
    const second = await (
      await desk.open({ config: { ...settings, folder: "Sales/Orders" }, work: () => "held" })
    ).start();
    await eventually(() => expect(second.handled).toHaveLength(2));
    await second.finishHeld();
    await person.append("Sales/Orders", orderMail(3), []);
    await person.logout();
    await eventually(() => expect(second.handled).toHaveLength(3));
    await second.finishHeld();
    await eventually(async () =>
      expect(await readIn(server, "Sales/Orders")).toEqual([
        ["Order 1", true],
        ["Order 2", true],
        ["Order 3", true],
      ]),
    );
    expect(subjects(second)).toEqual(["order-1", "order-2", "order-3"]);
  });

  test.each<[string, Telling]>([
    ["seen", {}],
    ["keyword", { track: "keyword" }],
    ["moves", { afterDone: "move", doneFolder: "Done" }],
  ])("deleted and made anew, %s: nothing is lost or doubled", async (_how, more) => {
    const { server, person, run } = await inHand(more);
    await person.mailboxDelete("Orders");
    await eventually(() => expect(run.source.health().output).toContain('has no folder "Orders"'));
    await person.mailboxCreate("Orders");
    // The first is back from a backup, the second is gone, the third is new.
    for (const number of [1, 3]) await person.append("Orders", orderMail(number), []);
    await person.logout();
    await eventually(() => expect(subjects(run)).toEqual(["order-1", "order-2", "order-3"]));
    await run.finishHeld();
    const flag = more.track === "keyword" ? "$BotDone" : "\\Seen";
    const folder = more.afterDone === "move" ? "Done" : "Orders";
    await eventually(async () =>
      expect(
        (await mailsIn(server.connection, folder)).map(({ subject, flags }) => `${subject} ${flags}`).toSorted(),
      ).toEqual([`Order 1 ${flag}`, `Order 3 ${flag}`]),
    );
    await eventually(() => expect(run.source.status()).toMatchObject({ inFlight: 0, settled: 3 }));
    expect(run.handled).toHaveLength(3);
    await eventually(() => expect(run.source.health().state).toBe("pass"));
  });

  test.each<[string, Telling]>([
    ["keyword", { track: "keyword" }],
    ["moves", { afterDone: "move", doneFolder: "Done" }],
  ])("renumbered, %s: what is done is recognised and only marked", async (_how, more) => {
    const server = await host.account();
    for (const number of [1, 2, 3]) await server.deliver(orderMail(number));
    const config = { ...settings, folder: "INBOX", ...more, createFolders: false };
    const work = (mail: { readonly messageId?: string }) => (mail.messageId?.startsWith("order-3") ? "held" : "done");
    const run = await (await new MailDesk(server.connection).open({ config, work })).start();
    await eventually(() => expect(run.handled).toHaveLength(3));
    await eventually(() => expect(run.source.status().settled).toBe(2));
    const person = await openInbox(server.connection);
    await person.messageFlagsRemove("1:2", ["\\Seen", "$BotDone"], { uid: true });
    await server.forgetUids();
    await person.mailboxCreate("Done");
    await person.logout();
    await eventually(() => expect(run.facts).toContain("imap_renumbered"));
    const flag = more.track === "keyword" ? "$BotDone" : "\\Seen";
    const folder = more.afterDone === "move" ? "Done" : "INBOX";
    const flagged = async () =>
      (await mailsIn(server.connection, folder))
        .filter(({ flags }) => flags.includes(flag))
        .map(({ subject }) => subject);
    await eventually(async () => expect((await flagged()).toSorted()).toEqual(["Order 1", "Order 2"]));
    await run.finishHeld();
    await eventually(async () => expect((await flagged()).toSorted()).toEqual(["Order 1", "Order 2", "Order 3"]));
    expect(run.handled).toHaveLength(3);
  });
});

describe("an account on Dovecot that is full", () => {
  test("is read, marked and told of; mails are moved once there is room", async () => {
    const dovecot = await startDovecot({ separator: "/", prefix: "", maxMails: 4 });
    onTestFinished(() => dovecot.stop());
    const server = dovecotAccount(dovecot);
    for (const number of [1, 2, 3, 4]) await server.deliver(orderMail(number));
    const proxy = await withoutMove(server);
    const config = { afterDone: "move", doneFolder: "Done", mode: "poll" };
    const run = await (await new MailDesk({ ...server.connection, port: proxy.port }).open({ config })).start();
    await eventually(() => expect(run.source.health().output).toContain("Make room in the mailbox."));
    expect(run.source.health()).toMatchObject({ state: "warn", output: expect.stringContaining("OVERQUOTA") });
    await eventually(() => expect(run.source.status()).toMatchObject({ settled: 4, inFlight: 0 }));
    expect((await mailsIn(server.connection, "INBOX")).map(({ flags }) => flags)).toEqual(Array(4).fill(["\\Seen"]));
    const person: ImapFlow = await openInbox(server.connection);
    await person.messageDelete("1:2", { uid: true });
    await person.logout();
    await eventually(async () => expect(await mailsIn(server.connection, "Done")).toHaveLength(2), 15_000);
    expect(await mailsIn(server.connection, "INBOX")).toEqual([]);
    expect(run.uids).toEqual([1, 2, 3, 4]);
  }, 30_000);

  /** Dovecot lets a full account move mails, but not copy them. */
  async function withoutMove(server: TestMailServer): Promise<TcpProxy> {
    const proxy = await TcpProxy.to(server.connection);
    onTestFinished(() => proxy.stop());
    proxy.rewrite((chunk, direction) =>
      direction === "from_server" && chunk.includes("CAPABILITY") ? chunk.replace(/ MOVE/g, "") : chunk,
    );
    return proxy;
  }
});
