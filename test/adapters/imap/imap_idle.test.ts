import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startDevMailServer } from "../../../src/dev_mail_server/start_dev_mail_server.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { mailServerHosts, type TestMailServer, type TestMailServerHost } from "../../support/mail_servers.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { eventually, flagged, MailDesk } from "./mail_desk.ts";
import { orderMail } from "./order_mail.ts";

/** Longer than any test: what is found, the server has told. */
const never = "1h";
const idle = { mode: "idle", pollInterval: never, rescanInterval: never } as const;

describe.each(mailServerHosts)("listening to $name", ({ start }) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  const seen = async (server: TestMailServer) => flagged(await server.flags(), "\\Seen");

  test("the server's word is enough: mail that comes later is taken, again and again, without a rescan", async () => {
    const server = await host.account();
    guardAgainstLeaks();
    const run = await (await new MailDesk(server.connection).open({ config: idle })).start();
    await eventually(() => expect(run.source.status().facts).toMatchObject({ listening: true }));
    for (const n of [1, 2, 3]) {
      await server.deliver(orderMail(n));
      await eventually(() => expect(run.uids).toHaveLength(n));
      await eventually(async () => expect(await seen(server)).toHaveLength(n));
    }
    expect(run.source.status().facts.foundByRescan).toBe(0);
    await run.stop();
  });

  test("it listens again after commands, and after the probe that keeps the connection alive", async () => {
    const server = await host.account();
    const run = await (await new MailDesk(server.connection).open({ config: { ...idle, maxIdle: "200ms" } })).start();
    await eventually(() => expect(run.source.status().state).toBe("running"));
    const proofBefore = run.source.status().lastProofAt ?? 0;
    await eventually(() => expect(run.source.status().lastProofAt).toBeGreaterThan(proofBefore + 400));
    await server.deliver(orderMail(1));
    await eventually(() => expect(run.uids).toEqual([1]));
    expect(run.source.health().state).toBe("pass");
  });

  test("a fresh session comes when it is due, however rarely we look", async () => {
    const server = await host.account();
    const run = await (
      await new MailDesk(server.connection).open({ config: { ...idle, freshSession: "200ms" } })
    ).start();
    await eventually(() => expect(run.facts.filter((code) => code === "imap_session_renewed")).toHaveLength(2));
    expect(run.source.status().facts.reconnects).toBe(0);
  });

  test("a server without IDLE is polled", async () => {
    const server = await host.account();
    const proxy = await TcpProxy.to(server.connection);
    proxy.rewrite((chunk, direction) => (direction === "from_server" ? chunk.replaceAll(" IDLE", "") : chunk));
    const desk = new MailDesk({ ...server.connection, port: proxy.port });
    const run = await (await desk.open({ config: { ...idle, pollInterval: "20ms" } })).start();
    await eventually(() => expect(run.facts).toContain("imap_no_idle"));
    expect(run.source.status().facts.listening).toBe(false);
    await server.deliver(orderMail(1));
    await eventually(() => expect(run.uids).toEqual([1]));
    await run.stop();
    await proxy.stop();
  });

  test("what the server forgets to tell is found by looking; the second time health warns and a new session is tried", async () => {
    const server = await host.account();
    const proxy = await TcpProxy.to(server.connection);
    proxy.rewrite((chunk, direction) =>
      direction === "from_server" ? chunk.replaceAll(/\* \d+ EXISTS\r\n/g, "") : chunk,
    );
    const desk = new MailDesk({ ...server.connection, port: proxy.port });
    const run = await (await desk.open({ config: { ...idle, rescanInterval: "1s" } })).start();
    await eventually(() => expect(run.source.status().state).toBe("running"));
    await server.deliver(orderMail(1));
    await eventually(() => expect(run.source.status().facts.foundByRescan).toBe(1));
    expect(run.source.health().state).toBe("pass");
    await server.deliver(orderMail(2));
    await eventually(() => expect(run.source.health().state).toBe("warn"));
    expect(run.source.health().output).toMatch(/does not tell of new mail/);
    await eventually(() => expect(run.facts).toContain("imap_session_renewed"));
    expect(run.uids).toEqual([1, 2]);

    proxy.pass();
    // Looking may be faster than the server's word once more, but not each time.
    await eventually(async () => {
      await server.deliver(orderMail(run.uids.length + 1));
      await eventually(() => expect(run.source.health().state).toBe("pass"), 900);
    }, 15_000);
    await run.stop();
    await proxy.stop();
  });

  test("a black hole while listening is noticed: health fails, and mail goes on when the server is back", async () => {
    const server = await host.account();
    const proxy = await TcpProxy.to(server.connection);
    const desk = new MailDesk({ ...server.connection, port: proxy.port });
    const config = { ...idle, maxIdle: "200ms", socketTimeout: "500ms" };
    const run = await (await desk.open({ config })).start();
    await eventually(() => expect(run.source.status().state).toBe("running"));
    proxy.blackHole();
    await server.deliver(orderMail(1));
    await eventually(() => expect(run.source.health().state).toBe("fail"));
    proxy.pass();
    proxy.cutNow();
    await eventually(() => expect(run.uids).toEqual([1]));
    await eventually(() => expect(run.source.health().state).toBe("pass"));
    await run.stop();
    await proxy.stop();
  });
});

describe("a server that offers IDLE", () => {
  async function deskAt() {
    const [user, password] = ["orders@shop.example", "secret"];
    const server = await startDevMailServer({ user, password });
    onTestFinished(() => server.stop());
    return { server, desk: new MailDesk({ host: server.host, port: server.ports.imap, user, password }) };
  }

  test("and refuses it each time is polled on that connection", async () => {
    const { server, desk } = await deskAt();
    const refusal = { kind: "answer", status: "NO", text: "Not now" } as const;
    const fault = server.faults.imap({ on: "IDLE", trouble: refusal, times: Number.POSITIVE_INFINITY });
    const run = await (await desk.open({ config: { ...idle, pollInterval: "50ms" } })).start();
    await eventually(() => expect(fault.struck).toBe(3));
    await eventually(() => expect(run.source.status().facts).toMatchObject({ connected: true, listening: false }));
    server.deliver(orderMail(1));
    await eventually(() => expect(run.uids).toEqual([1]));
    expect(fault.struck).toBe(3);
    expect(run.source.health().state).toBe("pass");
  });

  test("and never confirms it counts as dead when the next command waits too long", async () => {
    const { server, desk } = await deskAt();
    server.faults.imap({ on: "IDLE", trouble: { kind: "stall" } });
    const run = await (await desk.open({ config: { ...idle, maxIdle: "200ms", socketTimeout: "500ms" } })).start();
    await eventually(() => expect(run.facts).toContain("imap_session_failed"));
    server.deliver(orderMail(1));
    await eventually(() => expect(run.uids).toEqual([1]));
    await eventually(() => expect(run.source.health().state).toBe("pass"));
  });

  test("tells of a thousand mails without being asked a thousand times", async () => {
    const { server, desk } = await deskAt();
    const run = await (await desk.open({ config: idle })).start();
    await eventually(() => expect(run.source.status().facts.listening).toBe(true));
    const searches = server.faults.imap({
      on: "UID SEARCH",
      trouble: { kind: "deaf" },
      times: Number.POSITIVE_INFINITY,
    });
    for (let n = 1; n <= 1_000; n += 1) {
      server.deliver(orderMail(n));
      if (n % 50 === 0) await eventually(() => expect(run.source.status().published).toBeGreaterThan(0));
    }
    await eventually(() => expect(run.uids).toHaveLength(1_000), 20_000);
    await eventually(() => expect(run.source.status().settled).toBe(1_000), 20_000);
    expect(searches.struck).toBeLessThan(200);
  });
});
