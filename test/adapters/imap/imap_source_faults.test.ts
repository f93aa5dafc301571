import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { DevMailServer } from "../../../src/dev_mail_server/dev_mail_server.ts";
import { startDevMailServer } from "../../../src/dev_mail_server/start_dev_mail_server.ts";
import { type Dovecot, startDovecot } from "../../support/dovecot.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { dovecotAccount, mailServerHosts, type TestMailServerHost } from "../../support/mail_servers.ts";
import { type Cut, TcpProxy } from "../../support/tcp_proxy.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { eventually, flagged, MailDesk } from "./mail_desk.ts";
import { orderMail } from "./order_mail.ts";

const phases: readonly (readonly [string, Cut])[] = [
  ["before the login", { direction: "from_client", at: /LOGIN|AUTHENTICATE/ }],
  ["before the search", { direction: "from_client", at: /UID SEARCH/ }],
  ["while sizes are fetched", { direction: "from_client", at: /RFC822\.SIZE/ }],
  ["in the middle of a mail", { direction: "from_server", at: /Subject: Order 2/ }],
  ["before the mails are marked", { direction: "from_client", at: /UID STORE/ }],
];

describe.each(mailServerHosts)("an imap source on $name behind a bad network", ({ start }) => {
  let host: TestMailServerHost;
  beforeAll(async () => {
    host = await start();
  });
  afterAll(() => host.stop());

  async function accountBehindProxy(mails: number) {
    const server = await host.account();
    for (let number = 1; number <= mails; number += 1) await server.deliver(orderMail(number));
    guardAgainstLeaks();
    const proxy = await TcpProxy.to(server.connection);
    onTestFinished(() => proxy.stop());
    const desk = new MailDesk({ ...server.connection, port: proxy.port });
    return { server, proxy, desk, seen: async () => flagged(await server.flags(), "\\Seen") };
  }

  test.each(phases)("loses and doubles nothing when the connection is cut %s", async (_phase, cut) => {
    const { proxy, desk, seen } = await accountBehindProxy(3);
    proxy.cutAt(cut);
    const run = await desk.open();
    run.onFact("imap_session_failed", 2, () => {
      expect(run.source.status().state).toBe("degraded");
      proxy.pass();
    });
    await run.start();
    await eventually(async () => expect(await seen()).toEqual([1, 2, 3]));
    expect(run.facts.filter((code) => code === "imap_session_failed")).toHaveLength(2);
    expect(run.uids).toEqual([1, 2, 3]);
    await eventually(() => expect(run.source.health().state).toBe("pass"));
    await run.stop();
    await proxy.stop();
  });

  test("takes no harm when the answer to its marking is lost", async () => {
    const { proxy, desk, seen } = await accountBehindProxy(2);
    let armed = false;
    proxy.rewrite((chunk, direction) => {
      if (direction === "from_client" && chunk.includes("UID STORE")) armed = true;
      if (!armed || direction === "from_client") return chunk;
      armed = false;
      setImmediate(() => proxy.cutNow());
      return "";
    });
    const run = await (await desk.open()).start();
    await eventually(() => expect(run.facts).toContain("imap_session_failed"));
    await eventually(async () => expect(await seen()).toEqual([1, 2]));
    proxy.pass();
    await eventually(() => expect(run.source.status()).toMatchObject({ inFlight: 0, settled: 2 }));
    expect(run.uids).toEqual([1, 2]);
  });

  test("stops although its goodbye is never answered", async () => {
    const { proxy, desk, seen } = await accountBehindProxy(1);
    const run = await (await desk.open()).start();
    await eventually(async () => expect(await seen()).toEqual([1]));
    proxy.cutAt({ direction: "from_client", at: /LOGOUT/ });
    await run.stop();
    expect(run.source.status().state).toBe("stopped");
    await proxy.stop();
  });

  test("cuts a connection that swallows everything when the time to stop is up", async () => {
    const { proxy, desk, seen } = await accountBehindProxy(1);
    const run = await (await desk.open({ work: () => "held" })).start();
    await eventually(() => expect(run.uids).toEqual([1]));
    proxy.blackHole();
    await run.finishHeld();
    const deadline = new AbortController();
    const stopped = run.stop(deadline.signal);
    deadline.abort();
    await stopped;
    expect(await seen()).toEqual([]);
    expect(run.source.status().state).toBe("stopped");
    expect(run.facts).not.toContain("imap_session_failed");
    await proxy.stop();
  });

  test("fails its health when nothing is answered any more, and recovers by itself", async () => {
    const { server, proxy, desk, seen } = await accountBehindProxy(1);
    const run = await (await desk.open({ config: { socketTimeout: "300ms" } })).start();
    await eventually(async () => expect(await seen()).toEqual([1]));
    await eventually(() => expect(run.source.health().state).toBe("pass"));
    proxy.blackHole();
    await eventually(() => expect(run.source.health().state).toBe("fail"));
    expect(run.source.health().output).toContain("has not answered for");
    await server.deliver(orderMail(2));
    proxy.pass();
    await eventually(async () => expect(await seen()).toEqual([1, 2]));
    await eventually(() => expect(run.source.health().state).toBe("pass"));
    expect(run.uids).toEqual([1, 2]);
  });

  test("waits for a server that is down when it starts", async () => {
    const { proxy, desk, seen } = await accountBehindProxy(1);
    await proxy.refuse();
    const run = await (await desk.open()).start();
    await eventually(() => expect(run.source.status().lastError).toContain("cannot be reached"));
    await proxy.accept();
    await eventually(async () => expect(await seen()).toEqual([1]));
  });
});

describe("an imap source on a server that misbehaves", () => {
  async function devServer(mails: number): Promise<{ server: DevMailServer; desk: MailDesk; seen: () => number[] }> {
    const account = { user: "orders@shop.example", password: "secret" };
    const server = await startDevMailServer(account);
    onTestFinished(() => server.stop());
    for (let number = 1; number <= mails; number += 1) server.deliver(orderMail(number));
    const desk = new MailDesk({ host: server.host, port: server.ports.imap, ...account });
    const seen = () =>
      (server.mailbox("INBOX")?.mails ?? []).filter((mail) => mail.flags.has("\\Seen")).map((mail) => mail.uid);
    return { server, desk, seen };
  }

  test("names a wrong password and waits long before it tries again", async () => {
    const { server, desk, seen } = await devServer(1);
    const run = await (await desk.open({ config: { password: "wrong" } })).start();
    await eventually(() => expect(run.source.health().state).toBe("fail"));
    expect(run.source.health().output).toContain("Check `user` and `password`");
    const failure = run.events.find((event) => event.kind === "unit.fact" && event.code === "imap_session_failed");
    expect(failure).toMatchObject({ fields: { reason: "wrong_password", waitMs: 300_000 } });
    expect(seen()).toEqual([]);
    expect(server.mailbox("INBOX")?.mails).toHaveLength(1);
  });

  test("does not take a connection limit for a wrong password", async () => {
    const { server, desk, seen } = await devServer(1);
    const trouble = { kind: "answer", status: "NO", code: "LIMIT", text: "Maximum number of connections" } as const;
    const fault = [
      server.faults.imap({ on: "LOGIN", trouble, times: Number.POSITIVE_INFINITY }),
      server.faults.imap({ on: "AUTHENTICATE", trouble, times: Number.POSITIVE_INFINITY }),
    ];
    const run = await (await desk.open()).start();
    await eventually(() => expect(run.source.status().lastError).toContain("too many connections"));
    expect(run.source.health().state).toBe("warn");
    for (const planned of fault) planned.cancel();
    await eventually(() => expect(seen()).toEqual([1]));
  });

  test("names a missing folder and starts when it appears", async () => {
    const { server, desk } = await devServer(0);
    const run = await (await desk.open({ config: { folder: "Orders" } })).start();
    await eventually(() => expect(run.source.health().output).toContain('has no folder "Orders"'));
    expect(run.source.health().state).toBe("fail");
    server.deliver(orderMail(1), { mailbox: "Orders" });
    await eventually(() => expect(run.uids).toEqual([1]));
  });

  test("goes on when its folder is deleted under it and made anew", async () => {
    const { server, desk } = await devServer(1);
    const run = await (await desk.open()).start();
    await eventually(() => expect(run.uids).toEqual([1]));
    server.faults.deleteMailbox("INBOX");
    server.deliver(orderMail(2));
    await eventually(() => expect(run.handled.map((mail) => mail.messageId)).toContain("order-2@customer.example"));
    expect(run.handled).toHaveLength(2);
  });

  test.each([
    ["NO to the search", { on: "UID SEARCH", trouble: { kind: "answer", status: "NO", text: "Not now" } }],
    ["BYE in the middle", { on: "UID FETCH", trouble: { kind: "answer", status: "BYE", text: "Shutting down" } }],
    ["BAD to the fetch", { on: "UID FETCH", trouble: { kind: "answer", status: "BAD", text: "What?" } }],
    ["a literal that is too short", { on: "UID FETCH", nth: 2, trouble: { kind: "short_literal", missingBytes: 40 } }],
    ["a stall", { on: "UID FETCH", trouble: { kind: "stall" } }],
  ] as const)("survives %s", async (_name, fault) => {
    const { server, desk, seen } = await devServer(3);
    server.faults.imap(fault);
    const run = await (await desk.open({ config: { socketTimeout: "300ms" } })).start();
    await eventually(() => expect(seen()).toEqual([1, 2, 3]));
    expect(run.facts).toContain("imap_session_failed");
    expect(run.handled.map((mail) => mail.size)).toEqual([1, 2, 3].map((n) => orderMail(n).length));
    expect(run.uids).toEqual([1, 2, 3]);
  });

  test("waits longer and longer for a server that lets it in and then refuses everything", async () => {
    const { server, desk } = await devServer(1);
    const proxy = await TcpProxy.to({ host: server.host, port: server.ports.imap });
    onTestFinished(() => proxy.stop());
    const trouble = { kind: "answer", status: "NO", text: "Not now" } as const;
    server.faults.imap({ on: "UID SEARCH", trouble, times: Number.POSITIVE_INFINITY });
    const config = { port: proxy.port, reconnectMin: "1h", reconnectMax: "2h" };
    const run = await (await desk.open({ config })).start();
    const waits = () =>
      run.events.flatMap((event) =>
        event.kind === "unit.fact" && event.code === "imap_session_failed" ? [event.fields.waitMs] : [],
      );
    await eventually(() => expect(waits()).toEqual([1_800_000]));
    run.source.trigger();
    await eventually(() => expect(waits()).toEqual([1_800_000, 3_600_000]));
    expect(proxy.accepted).toBe(2);
  });

  test("asks again when the server refuses to mark a mail, and does not handle it twice", async () => {
    const { server, desk, seen } = await devServer(2);
    const trouble = { kind: "answer", status: "NO", text: "Not permitted" } as const;
    const planned = server.faults.imap({ on: "UID STORE", trouble, times: Number.POSITIVE_INFINITY });
    const run = await (await desk.open()).start();
    await eventually(() => expect(run.facts).toContain("imap_mark_refused"));
    const warning = { state: "warn", output: expect.stringContaining("mark 2 finished") };
    await eventually(() => expect(run.source.health()).toMatchObject(warning));
    planned.cancel();
    await eventually(() => expect(seen()).toEqual([1, 2]));
    await eventually(() => expect(run.source.health().state).toBe("pass"));
    expect(run.uids).toEqual([1, 2]);
  });

  test("does not take its own late marks for somebody else's reading", async () => {
    const { server, desk, seen } = await devServer(5);
    const trouble = { kind: "answer", status: "NO", text: "Not now" } as const;
    const planned = server.faults.imap({ on: "UID STORE", trouble, times: Number.POSITIVE_INFINITY });
    const first = await (await desk.open({ work: (mail) => (mail.uid > 2 ? "done" : "held") })).start();
    await eventually(() => expect(first.source.status().facts.unmarked).toBe(3));
    await first.crash();

    // The first two fill the queue and its door, so that the others wait in the list while they are marked.
    const second = await (await desk.open({ capacity: 1, work: () => "held" })).start();
    await eventually(() => expect(second.source.status()).toMatchObject({ inFlight: 2, backlog: 3 }));
    planned.cancel();
    await eventually(() => expect(seen()).toEqual([3, 4, 5]));
    await eventually(() => expect(second.source.status().backlog).toBe(0));
    await eventually(async () => {
      await second.finishHeld();
      expect(seen()).toEqual([1, 2, 3, 4, 5]);
    });
    server.deliver(orderMail(6));
    await eventually(() => expect(second.uids).toEqual([1, 2, 6]));
    expect(second.facts).not.toContain("imap_mail_read_by_others");
  });

  test("leaves unread mail from before its time untouched", async () => {
    const { server, desk, seen } = await devServer(0);
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
    server.deliver(orderMail(1), { receivedAt: ago(30) });
    server.deliver(orderMail(2), { receivedAt: ago(7.5) });
    server.deliver(orderMail(3), { receivedAt: ago(6.5) });
    const first = await (await desk.open({ config: { since: "7d" } })).start();
    await eventually(() => expect(seen()).toEqual([3]));
    expect(first.source.status().backlog).toBe(0);
    await first.stop();
    await (await desk.open({ config: { since: "20d" } })).start();
    await eventually(() => expect(seen()).toEqual([2, 3]));
  });

  test("takes no mail older than maxAge although `since` would, and says how many it leaves", async () => {
    const { server, desk, seen } = await devServer(0);
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
    for (const [index, days] of [30, 3.5, 2.1, 1.9, 0].entries()) {
      server.deliver(orderMail(index + 1), { receivedAt: ago(days) });
    }
    server.deliver(orderMail(6), { receivedAt: ago(5), flags: ["$BotFailed"] });
    server.deliver(orderMail(7), { receivedAt: ago(5), flags: ["\\Seen"] });
    const config = { since: "60d", maxAge: "2d", freshSession: "200ms" };
    const run = await (await desk.open({ config })).start();
    await eventually(() => expect(seen()).toEqual([4, 5, 7]));
    expect(run.source.status()).toMatchObject({ backlog: 0, facts: { tooOld: 3 } });
    await eventually(() => expect(run.facts.filter((code) => code === "imap_connected").length).toBeGreaterThan(2));
    expect(run.facts.filter((code) => code === "imap_old_left_alone")).toHaveLength(1);
    expect(run.uids).toEqual([4, 5]);
  });

  test("gives up a mail whose fetch always breaks the connection, and takes the others", async () => {
    const { server, desk, seen } = await devServer(3);
    const proxy = await TcpProxy.to({ host: server.host, port: server.ports.imap });
    onTestFinished(() => proxy.stop());
    proxy.cutAt({ direction: "from_server", at: /Subject: Order 2/ });
    const run = await (await desk.open({ config: { port: proxy.port } })).start();
    await eventually(() => expect(seen()).toEqual([1, 3]));
    await eventually(() => expect(run.facts).toContain("imap_mail_left_alone"));
    await eventually(() => expect(server.mailbox("INBOX")?.mails[1]?.flags).toContain("$BotFailed"));
    expect(run.source.health().state).toBe("warn");
  });
});

describe.each([
  ["no content", /(\* 2 FETCH \(UID 2 BODY\[\]) \{\d+\}\r\n[\s\S]*?\)\r\n(?=\*|[A-Z\d]+ OK)/, "$1 NIL)\r\n"],
  ["no size", /(\* 2 FETCH \(UID 2) [^)]*RFC822\.SIZE \d+/, "$1"],
])("a server that says of a mail it has %s", (_name, pattern, instead) => {
  test("does not keep an imap source from taking the others", async () => {
    const account = { user: "orders@shop.example", password: "secret" };
    const server = await startDevMailServer(account);
    onTestFinished(() => server.stop());
    for (const number of [1, 2, 3]) server.deliver(orderMail(number));
    const proxy = await TcpProxy.to({ host: server.host, port: server.ports.imap });
    onTestFinished(() => proxy.stop());
    proxy.rewrite((chunk, direction) => (direction === "from_server" ? chunk.replace(pattern, instead) : chunk));
    const run = await (await new MailDesk({ host: proxy.host, port: proxy.port, ...account }).open()).start();
    await eventually(() => expect(server.mailbox("INBOX")?.mails[1]?.flags).toContain("$BotFailed"));
    await eventually(() => expect(server.mailbox("INBOX")?.mails[2]?.flags).toContain("\\Seen"));
    expect(run.uids).toEqual([1, 3]);
    expect(run.facts).not.toContain("imap_session_failed");
    expect(run.facts).not.toContain("imap_trouble");
    expect(run.source.health()).toMatchObject({ state: "warn", output: expect.stringContaining("1 mail(s)") });
  });
});

describe("an imap source and certificates", () => {
  let dovecot: Dovecot;
  beforeAll(async () => {
    dovecot = await startDovecot();
  });
  afterAll(() => dovecot.stop());

  async function openWith(config: Readonly<Record<string, string | number>>) {
    const server = dovecotAccount(dovecot);
    await server.deliver(orderMail(1));
    const run = await (
      await new MailDesk(server.connection).open({ config: { host: "localhost", ...config } })
    ).start();
    return { run, seen: async () => flagged(await server.flags(), "\\Seen") };
  }

  function caFile(): string {
    const path = join(tempDir(), "ca.pem");
    writeFileSync(path, dovecot.ca);
    return path;
  }

  test.each([
    ["tls", "imaps"],
    ["starttls", "imap"],
  ] as const)("reads mail over %s with a private authority", async (security, port) => {
    const { seen } = await openWith({ security, port: dovecot.ports[port], ca: caFile() });
    await eventually(async () => expect(await seen()).toEqual([1]));
  });

  test.each([
    ["an unknown authority", { security: "tls", port: "imaps" }, "Set `ca`"],
    ["an unknown authority after STARTTLS", { security: "starttls", port: "imap" }, "Set `ca`"],
    ["a port without TLS", { security: "tls", port: "imap" }, "does not speak TLS on this port"],
  ] as const)("names %s", async (_name, { security, port }, cure) => {
    const { run } = await openWith({ security, port: dovecot.ports[port] });
    await eventually(() => expect(run.source.health().output).toContain(cure));
    expect(run.source.health().state).toBe("fail");
  });

  test("names a certificate for another name", async () => {
    // The resolver takes it for 127.0.0.1, TLS for a name, and the certificate does not list it.
    const { run } = await openWith({ security: "tls", port: dovecot.ports.imaps, ca: caFile(), host: "127.1" });
    await eventually(() => expect(run.source.health().output).toContain("is for another name"));
    expect(run.source.health().state).toBe("fail");
  });

  test("names a TLS port that is spoken to in clear text", async () => {
    const { run } = await openWith({ security: "none", port: dovecot.ports.imaps, socketTimeout: "300ms" });
    await eventually(() => expect(run.source.health().output).toContain("use `security: tls`"));
  });

  test("names a certificate file that is not there", async () => {
    const { run } = await openWith({ security: "tls", port: dovecot.ports.imaps, ca: "/no/such/ca.pem" });
    await eventually(() => expect(run.source.health().output).toContain("/no/such/ca.pem"));
  });
});
