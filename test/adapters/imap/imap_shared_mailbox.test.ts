import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openInbox } from "../../dev_mail_server/imap_client.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { mailServerHosts, type TestMailServer, type TestMailServerHost } from "../../support/mail_servers.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { type DeskRun, eventually, flagged, MailDesk } from "./mail_desk.ts";
import { mailsIn } from "./mails_in.ts";
import { orderMail } from "./order_mail.ts";

const shared = { track: "keyword" };

describe.each(mailServerHosts)("a mailbox on $name that people read, too", ({ start }) => {
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

  const done = async (server: TestMailServer) => flagged(await server.flags(), "$BotDone");
  const read = async (server: TestMailServer) => flagged(await server.flags(), "\\Seen");

  test("loses no mail that a person reads before the bot, and leaves \\Seen to the person", async () => {
    const server = await accountWith(3);
    const person = await openInbox(server.connection);
    await person.messageFlagsAdd("2", ["\\Seen"], { uid: true });
    const work = (mail: { readonly uid: number }) => (mail.uid === 3 ? "dead" : "done");
    const run = await (await new MailDesk(server.connection).open({ config: shared, work })).start();
    await eventually(async () => expect(await done(server)).toEqual([1, 2]));
    await eventually(async () => expect(flagged(await server.flags(), "$BotFailed")).toEqual([3]));
    expect(await read(server)).toEqual([2]);
    expect(run.uids).toEqual([1, 2, 3]);
    expect(run.source.health().state).toBe("pass");
  });

  test("neither loses nor doubles what people read, flag, take away and put back while it is in hand", async () => {
    const server = await accountWith(5);
    const run = await (await new MailDesk(server.connection).open({ config: shared, work: () => "held" })).start();
    await eventually(() => expect(run.uids).toEqual([1, 2, 3, 4, 5]));
    const person = await openInbox(server.connection);
    await person.messageFlagsAdd("1:2", ["\\Seen"], { uid: true });
    await person.messageFlagsRemove("2", ["\\Seen"], { uid: true });
    await person.messageFlagsAdd("3", ["\\Flagged"], { uid: true });
    await person.messageDelete("4", { uid: true });
    await person.mailboxCreate("Elsewhere");
    await person.messageMove("5", "Elsewhere", { uid: true });
    await lookAgain(run, 3);
    await run.finishHeld();
    await eventually(async () => expect(await done(server)).toEqual([1, 2, 3]));
    await eventually(() => expect(run.source.status()).toMatchObject({ inFlight: 0, settled: 5 }));

    // Back under a new UID, without our keyword: known by its content.
    await person.mailboxOpen("Elsewhere");
    await person.messageMove("1:*", "INBOX");
    await person.logout();
    run.source.trigger();
    await eventually(async () => expect(await done(server)).toEqual([1, 2, 3, 6]));
    expect(run.handled).toHaveLength(5);
    expect(await read(server)).toEqual([1]);
    expect(run.facts).not.toContain("imap_mail_taken_away");
  });

  test("marks a mail again whose keyword somebody takes away, and does not handle it again", async () => {
    const server = await accountWith(1);
    const run = await (await new MailDesk(server.connection).open({ config: shared })).start();
    await eventually(async () => expect(await done(server)).toEqual([1]));
    const person = await openInbox(server.connection);
    await person.messageFlagsRemove("1", ["$BotDone"], { uid: true });
    await person.logout();
    run.source.trigger();
    await eventually(() => expect(run.facts).toContain("imap_marked_again"));
    await eventually(async () => expect(await done(server)).toEqual([1]));
    expect(run.uids).toEqual([1]);
  });

  test.each([["seen"], ["keyword"]])(
    "says which mails people took away before they were read, with track: %s",
    async (track) => {
      const server = await accountWith(6);
      const config = { track, window: 1, batch: 1 };
      const run = await (
        await new MailDesk(server.connection).open({ config, capacity: 1, work: () => "held" })
      ).start();
      // In the queue, waiting for room, and read ahead; the other three wait in the mailbox.
      await eventually(() => expect(run.source.status()).toMatchObject({ inFlight: 2, backlog: 4 }));
      const person = await openInbox(server.connection);
      await person.messageFlagsAdd("4", ["\\Seen"], { uid: true });
      await person.messageFlagsAdd("5", ["\\Deleted"], { uid: true });
      await person.messageDelete("6", { uid: true });
      await person.logout();
      await lookAgain(run, 2);
      await finishAll(run);
      await eventually(() => expect(factsOf(run, "imap_mail_taken_away")).toEqual(["5:6"]));
      expect(factsOf(run, "imap_mail_read_by_others")).toEqual(track === "seen" ? ["4"] : []);
      expect(run.uids).toEqual(track === "seen" ? [1, 2, 3] : [1, 2, 3, 4]);
    },
  );

  test("starts to track by keyword without handling anything again", async () => {
    const server = await accountWith(2);
    const desk = new MailDesk(server.connection);
    const first = await (await desk.open()).start();
    await eventually(async () => expect(await read(server)).toEqual([1, 2]));
    await first.stop();
    await server.deliver(orderMail(3));
    const second = await (await desk.open({ config: shared })).start();
    await eventually(async () => expect(await done(server)).toEqual([1, 2, 3]));
    expect(second.uids).toEqual([3]);
    expect(await read(server)).toEqual([1, 2]);
  });

  test("moves a done mail without reading it for the people", async () => {
    const server = await accountWith(1);
    const config = { ...shared, afterDone: "move", doneFolder: "Done" };
    await (await new MailDesk(server.connection).open({ config })).start();
    await eventually(async () =>
      expect(await mailsIn(server.connection, "Done")).toMatchObject([{ flags: ["$BotDone"] }]),
    );
  });

  test("does not start in a folder that keeps no keywords, and says what to do", async () => {
    const server = await accountWith(1);
    const proxy = await TcpProxy.to(server.connection);
    onTestFinished(() => proxy.stop());
    proxy.rewrite((chunk, direction) =>
      direction === "from_server"
        ? chunk.replace(/PERMANENTFLAGS \([^)]*\)/, "PERMANENTFLAGS (\\Seen \\Deleted)")
        : chunk,
    );
    const desk = new MailDesk({ ...server.connection, port: proxy.port });
    const run = await (await desk.open({ config: shared })).start();
    await eventually(() => expect(run.source.health().output).toContain("Use `track: seen`"));
    expect(run.source.health().state).toBe("fail");
    expect(run.uids).toEqual([]);
  });
});

/** Waits until the source has looked at the mailbox so many times more. */
async function lookAgain({ source }: DeskRun, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    const before = source.status().lastProofAt;
    source.trigger();
    await eventually(() => expect(source.status().lastProofAt).not.toBe(before));
  }
}

/** Finishes what is held until nothing is in hand any more. */
async function finishAll(run: DeskRun): Promise<void> {
  await eventually(async () => {
    await run.finishHeld();
    expect(run.source.status()).toMatchObject({ inFlight: 0, backlog: 0 });
  });
}

function factsOf(run: DeskRun, code: string): readonly unknown[] {
  return run.events.flatMap((event) => (event.kind === "unit.fact" && event.code === code ? [event.fields.uids] : []));
}
