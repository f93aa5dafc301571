import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openInbox } from "../../dev_mail_server/imap_client.ts";
import { mailServerHosts, type TestMailServer, type TestMailServerHost } from "../../support/mail_servers.ts";
import { type DeskRun, eventually, MailDesk } from "./mail_desk.ts";
import { orderMail } from "./order_mail.ts";

describe.each(mailServerHosts)("a long backlog on $name", ({ start }) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  async function accountWith(mails: number): Promise<TestMailServer> {
    const server = await host.account();
    for (let number = 1; number <= mails; number += 1) await server.deliver(orderMail(number));
    return server;
  }

  const said = (run: DeskRun) => run.facts.filter((code) => code.startsWith("imap_backlog_"));

  test("shows in its status how far it is, and tells when it is worked off", async () => {
    const server = await accountWith(1_000);
    let open = false;
    const work = (mail: { readonly uid: number }) => (open || mail.uid <= 100 ? "done" : "held");
    const run = await (await new MailDesk(server.connection).open({ work, config: { settleBatch: 100 } })).start();
    await eventually(() => expect(run.source.status().settled).toBe(100));
    await eventually(() => expect(run.source.status().facts.backlogTotal).toBeDefined());
    const { backlogDone, backlogTotal } = run.source.status().facts;
    expect(Number(backlogTotal)).toBeGreaterThanOrEqual(900);
    expect(Number(backlogTotal) - Number(backlogDone)).toBe(900);
    open = true;
    await run.finishHeld();
    await eventually(
      () => expect(run.source.status()).toMatchObject({ settled: 1_000, backlog: 0, inFlight: 0 }),
      20_000,
    );
    expect(run.source.status().facts).not.toHaveProperty("backlogTotal");
    expect(said(run).at(0)).toBe("imap_backlog_long");
    expect(said(run).at(-1)).toBe("imap_backlog_worked_off");
    expect(said(run).length).toBeLessThanOrEqual(12);
  }, 30_000);

  test("is over, too, when somebody takes the mails away", async () => {
    const server = await accountWith(300);
    const work = (mail: { readonly uid: number }) => (mail.uid <= 10 ? "done" : "held");
    const config = { window: 1, batch: 1 };
    const run = await (await new MailDesk(server.connection).open({ work, config, capacity: 1 })).start();
    await eventually(() => expect(run.source.status().settled).toBe(10));
    expect(run.source.status().facts.backlogTotal).toBeGreaterThan(250);
    run.source.pause();
    // One more waits at the gate.
    await eventually(async () => {
      await run.finishHeld();
      expect(run.source.status().inFlight).toBe(1);
    });
    const person = await openInbox(server.connection);
    await person.messageDelete("1:*");
    await person.logout();
    run.source.resume();
    run.source.trigger();
    await eventually(() => expect(said(run).at(-1)).toBe("imap_backlog_worked_off"));
    expect(run.source.status().facts).not.toHaveProperty("backlogTotal");
  });

  test("dead letters that stay unread are no backlog", async () => {
    const server = await accountWith(300);
    const desk = new MailDesk(server.connection);
    const first = await (await desk.open({ work: () => "dead" })).start();
    await eventually(() => expect(first.source.status().settled).toBe(300), 20_000);
    await first.stop();

    const second = await (await desk.open()).start();
    await server.deliver(orderMail(301));
    await eventually(() => expect(second.source.status().settled).toBe(1));
    expect(said(second)).toEqual([]);
    expect(second.source.status().facts).not.toHaveProperty("backlogTotal");
  }, 30_000);
});
