import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReceivedMail } from "../../../src/adapters/imap/received_mail.ts";
import type { TaskId } from "../../../src/app_runtime/contracts/task.ts";
import { openInbox } from "../../dev_mail_server/imap_client.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { mailServerHosts, type TestMailServer, type TestMailServerHost } from "../../support/mail_servers.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { eventually, flagged, MailDesk } from "./mail_desk.ts";
import { orderMail } from "./order_mail.ts";

const keyword = "$BotFailed";

describe.each(mailServerHosts)("an imap source on $name", ({ start }) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  async function accountWith(...raws: readonly string[]): Promise<TestMailServer> {
    const server = await host.account();
    for (const raw of raws) await server.deliver(raw);
    return server;
  }

  const seen = async (server: TestMailServer) => flagged(await server.flags(), "\\Seen");
  const failed = async (server: TestMailServer) => flagged(await server.flags(), keyword);

  test("offers each unread mail once and marks it as read when its work is done", async () => {
    const server = await accountWith(orderMail(1), orderMail(2), orderMail(3));
    guardAgainstLeaks();
    const run = await (await new MailDesk(server.connection).open()).start();
    await eventually(async () => expect(await seen(server)).toEqual([1, 2, 3]));
    expect(run.uids).toEqual([1, 2, 3]);
    await eventually(() => expect(run.source.status()).toMatchObject({ state: "running", inFlight: 0, backlog: 0 }));
    expect(run.source.status()).toMatchObject({ published: 3, settled: 3 });
    expect(run.source.health().state).toBe("pass");
    await run.stop();
    expect(run.source.status().state).toBe("stopped");
  });

  test("hands the application a mail with its bytes in the blob store", async () => {
    const server = await accountWith(orderMail(7));
    const desk = new MailDesk(server.connection);
    const run = await (await desk.open()).start();
    await eventually(() => expect(run.handled).toHaveLength(1));
    const [mail] = run.handled;
    expect(mail).toMatchObject({
      account: server.connection.user,
      folder: "INBOX",
      uid: 1,
      messageId: "order-7@customer.example",
      from: "jo@customer.example",
      tooLarge: false,
      size: orderMail(7).length,
    });
    const raw = mail?.sha256 === undefined ? undefined : await desk.blobs.get(mail.sha256);
    expect(Buffer.from(raw ?? []).toString()).toBe(orderMail(7));
  });

  test("takes mail that comes later, and looks at once when triggered", async () => {
    const server = await accountWith();
    const run = await (await new MailDesk(server.connection).open({ config: { pollInterval: "1h" } })).start();
    await eventually(() => expect(run.source.status().state).toBe("running"));
    await server.deliver(orderMail(1));
    run.source.trigger();
    await eventually(() => expect(run.uids).toEqual([1]));
  });

  test("leaves a mail unread, and does not offer it again, until its work is done", async () => {
    const server = await accountWith(orderMail(1));
    const run = await (await new MailDesk(server.connection).open({ work: () => "held" })).start();
    await eventually(() => expect(run.uids).toEqual([1]));
    await lookAgain(run.source, 5);
    expect(await seen(server)).toEqual([]);
    expect(run.uids).toEqual([1]);
    expect(run.source.status()).toMatchObject({ inFlight: 1, published: 1, settled: 0 });
    await run.finishHeld();
    await eventually(async () => expect(await seen(server)).toEqual([1]));
  });

  test("offers what an earlier run left unfinished again, even while the server is away", async () => {
    const server = await accountWith(orderMail(1), orderMail(2));
    const proxy = await TcpProxy.to(server.connection);
    const desk = new MailDesk({ ...server.connection, port: proxy.port });
    const first = await (await desk.open({ work: (mail) => (mail.uid === 1 ? "done" : "held") })).start();
    await eventually(() => expect(first.uids).toEqual([1, 2]));
    await eventually(async () => expect(await seen(server)).toEqual([1]));
    await first.crash();
    await proxy.stop();

    const second = await (await desk.open()).start();
    await eventually(() => expect(second.uids).toEqual([2]));
    await eventually(() => expect(second.facts).toContain("imap_resumed"));
    await proxy.accept();
    await eventually(async () => expect(await seen(server)).toEqual([1, 2]));
    expect(second.uids).toEqual([2]);
    await proxy.stop();
  });

  test("only marks a mail that is done but unread, and never handles it again", async () => {
    const server = await accountWith(orderMail(1));
    const run = await (await new MailDesk(server.connection).open()).start();
    await eventually(async () => expect(await seen(server)).toEqual([1]));
    await unread(server, "1");
    await eventually(async () => expect(await seen(server)).toEqual([1]));
    await eventually(() => expect(run.facts).toContain("imap_marked_again"));
    expect(run.uids).toEqual([1]);
  });

  test("marks a dead letter with the keyword, leaves it unread and offers it again only when somebody retries it", async () => {
    const server = await accountWith(orderMail(1), orderMail(2));
    const desk = new MailDesk(server.connection);
    const first = await (await desk.open({ work: (mail) => (mail.uid === 1 ? "dead" : "done") })).start();
    await eventually(async () => expect(await failed(server)).toEqual([1]));
    await eventually(async () => expect(await seen(server)).toEqual([2]));
    await lookAgain(first.source, 3);
    expect(first.uids).toEqual([1, 2]);
    await first.stop();

    const second = await (await desk.open()).start();
    await lookAgain(second.source, 3);
    expect(second.uids).toEqual([]);
    const { uidValidity } = second.source.status().facts;
    const id = `imap:${server.connection.user}:INBOX:${uidValidity}:1` as TaskId;
    expect(await desk.journal.revive(id)).toBeDefined();
    await desk.journal.done(id);
    await eventually(async () => expect(await seen(server)).toEqual([1, 2]));
    await eventually(async () => expect(await failed(server)).toEqual([]));
  });

  test("takes the keyword of a dead letter back in the very session that has set it", async () => {
    const server = await accountWith(orderMail(1));
    const desk = new MailDesk(server.connection);
    const run = await (await desk.open({ work: () => "dead" })).start();
    await eventually(async () => expect(await failed(server)).toEqual([1]));
    await eventually(() => expect(run.source.status().settled).toBe(1));
    const id = `imap:${server.connection.user}:INBOX:${run.source.status().facts.uidValidity}:1` as TaskId;
    await desk.journal.revive(id);
    await desk.journal.done(id);
    await eventually(async () => expect([await seen(server), await failed(server)]).toEqual([[1], []]));
  });

  test("makes a task without content of a mail that is too large, and settles it like any other", async () => {
    const server = await accountWith(orderMail(1), orderMail(2, "x".repeat(5_000)), orderMail(3));
    const run = await (await new MailDesk(server.connection).open({ config: { maxMailSize: "2kB" } })).start();
    await eventually(async () => expect(await seen(server)).toEqual([1, 2, 3]));
    const large = run.handled.find((mail) => mail.uid === 2);
    expect(large).toMatchObject({ tooLarge: true, messageId: "order-2@customer.example", from: "jo@customer.example" });
    expect(large?.blob).toBeUndefined();
    expect(run.uids.toSorted()).toEqual([1, 2, 3]);
  });

  test("recognises mails it has done after the server renumbered them", async () => {
    const server = await accountWith(orderMail(1), orderMail(2), orderMail(3));
    const desk = new MailDesk(server.connection);
    const work = (mail: ReceivedMail) => (mail.messageId?.startsWith("order-3") ? "held" : "done");
    const first = await (await desk.open({ work, config: { freshSession: "100ms" } })).start();
    await eventually(async () => expect(await seen(server)).toEqual([1, 2]));
    await eventually(() => expect(first.handled).toHaveLength(3));
    await unread(server, "1:2");
    await server.forgetUids();

    await eventually(() => expect(first.facts).toContain("imap_renumbered"));
    await eventually(async () => expect(await seen(server)).toHaveLength(2));
    await lookAgain(first.source, 3);
    expect(first.handled).toHaveLength(3);
    await first.finishHeld();
    await eventually(async () => expect(await seen(server)).toHaveLength(3));
    expect(first.handled).toHaveLength(3);
  });

  test("marks the copy of a mail as soon as the mail is done, or given up", async () => {
    const server = await accountWith(orderMail(1), orderMail(1), orderMail(2), orderMail(2));
    const desk = new MailDesk(server.connection);
    const config = { pollInterval: "1h", rescanInterval: "1h" };
    const run = await (await desk.open({ config, work: () => "held" })).start();
    await eventually(() => expect(run.uids).toEqual([1, 3]));
    await eventually(() => expect(run.source.status().backlog).toBe(0));
    const [, second = "?" as TaskId] = run.taskIds;
    await desk.journal.dead(second, "rejected", "not for us", 1);
    await eventually(async () => expect(await failed(server)).toEqual([3, 4]));
    await run.finishHeld();
    await eventually(async () => expect(await seen(server)).toEqual([1, 2]));
    expect(run.uids).toEqual([1, 3]);
  });

  test("takes nothing while paused, but goes on settling", async () => {
    const server = await accountWith(orderMail(1));
    const run = await (await new MailDesk(server.connection).open({ work: () => "held" })).start();
    await eventually(() => expect(run.uids).toEqual([1]));
    run.source.pause();
    await server.deliver(orderMail(2));
    await lookAgain(run.source, 3);
    expect(run.source.status()).toMatchObject({ state: "paused", backlog: 1, inFlight: 1 });
    await run.finishHeld();
    await eventually(async () => expect(await seen(server)).toEqual([1]));
    await lookAgain(run.source, 3);
    expect(run.uids).toEqual([1]);
    run.source.resume();
    await eventually(() => expect(run.uids).toEqual([1, 2]));
  });

  test("keeps a mail that waits for room in the queue over a pause", async () => {
    const server = await accountWith(orderMail(1), orderMail(2));
    const run = await (await new MailDesk(server.connection).open({ capacity: 1, work: () => "held" })).start();
    await eventually(() => expect(run.source.status()).toMatchObject({ inFlight: 2, published: 1 }));
    run.source.pause();
    await run.finishHeld();
    await eventually(async () => expect(await seen(server)).toEqual([1]));
    expect(run.uids).toEqual([1]);
    run.source.resume();
    await eventually(() => expect(run.uids).toEqual([1, 2]));
    expect(run.facts).not.toContain("imap_trouble");
  });

  test("settles what finishes after quiesce, and marks it before stop returns", async () => {
    const server = await accountWith(orderMail(1));
    const run = await (await new MailDesk(server.connection).open({ work: () => "held" })).start();
    await eventually(() => expect(run.uids).toEqual([1]));
    await run.source.quiesce();
    await server.deliver(orderMail(2));
    await run.finishHeld();
    await run.stop();
    expect(await seen(server)).toEqual([1]);
    expect(run.uids).toEqual([1]);
  });

  test("waits for a full queue and reads no further ahead than its window", async () => {
    const [mails, capacity, window] = [2_000, 100, 50];
    const all = Array.from({ length: mails }, (_, i) => i + 1);
    const server = await accountWith(...all.map((number) => orderMail(number)));
    const desk = new MailDesk(server.connection);
    let release = false;
    const work = () => (release ? "done" : "held");
    const run = await (await desk.open({ capacity, work, config: { window, pollInterval: "1s" } })).start();
    await eventually(() => expect(run.source.status().inFlight).toBe(capacity + 1));
    await lookAgain(run.source, 3);
    // What the queue has, the batch that waits for room, and the one that was read meanwhile.
    expect(desk.blobs.size).toBe(capacity + 2 * window);
    release = true;
    await run.finishHeld();
    await eventually(async () => expect(await seen(server)).toHaveLength(mails), 19_000);
    expect(run.uids.toSorted((a, b) => a - b)).toEqual(all);
  });

  test("leaves a mail alone of which the application can make no task, and takes the others", async () => {
    const server = await accountWith(orderMail(1), orderMail(2), orderMail(3));
    const toTask = (mail: ReceivedMail) => {
      if (mail.uid === 2) throw new Error("what is this?");
      return { kind: "mail.received", payload: { ...mail } };
    };
    const run = await (await new MailDesk(server.connection).open({ toTask })).start();
    await eventually(async () => expect(await seen(server)).toEqual([1, 3]));
    await eventually(async () => expect(await failed(server)).toEqual([2]));
    expect(run.source.health()).toMatchObject({ state: "warn", output: expect.stringContaining("1 mail(s)") });
    expect(run.facts.filter((code) => code === "imap_mail_left_alone")).toHaveLength(1);
  });

  test("does not lose mails while the blob store fails, and says so", async () => {
    const server = await accountWith(orderMail(1));
    const desk = new MailDesk(server.connection);
    desk.blobs.failure = new Error("no space left on device");
    const run = await (await desk.open()).start();
    await eventually(() => expect(run.source.health().state).toBe("fail"));
    expect(run.source.health().output).toContain("no space left on device");
    expect(run.source.status().state).toBe("degraded");
    desk.blobs.failure = undefined;
    await eventually(async () => expect(await seen(server)).toEqual([1]));
    expect(run.uids).toEqual([1]);
    expect(run.source.health().state).toBe("pass");
  });

  test("renews its connection without disturbing the work", async () => {
    const server = await accountWith(orderMail(1));
    const proxy = await TcpProxy.to(server.connection);
    const desk = new MailDesk({ ...server.connection, port: proxy.port });
    const run = await (await desk.open({ config: { freshSession: "100ms" } })).start();
    await eventually(() => expect(proxy.accepted).toBeGreaterThanOrEqual(3));
    await server.deliver(orderMail(2));
    await eventually(async () => expect(await seen(server)).toEqual([1, 2]));
    expect(run.uids).toEqual([1, 2]);
    expect(run.facts).not.toContain("imap_session_failed");
    expect(proxy.open).toBeLessThanOrEqual(1);
    await run.stop();
    await eventually(() => expect(proxy.open).toBe(0));
    await proxy.stop();
  });
});

/** Waits until the source has looked at the mailbox so many times more. */
async function lookAgain(
  source: { trigger(): void; status(): { lastProofAt?: number } },
  times: number,
): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const before = source.status().lastProofAt;
    source.trigger();
    await eventually(() => expect(source.status().lastProofAt).not.toBe(before));
  }
}

/** Somebody marks mails as unread in another mail program. */
async function unread(server: TestMailServer, range: string): Promise<void> {
  const client = await openInbox(server.connection);
  await client.messageFlagsRemove(range, ["\\Seen"], { uid: true });
  await client.logout();
}
