import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SmtpMailer } from "../../../src/adapters/smtp/smtp_mailer.ts";
import type { SmtpMessage } from "../../../src/adapters/smtp/smtp_message.ts";
import type { SmtpConfig } from "../../../src/adapters/smtp/smtp_schema.ts";
import { type Clock, SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { DurationMs } from "../../../src/app_runtime/base/duration.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { makeCertificates } from "../../support/certificates.ts";
import { freePort } from "../../support/free_port.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { openSink, type SmtpSink } from "./smtp_sink.ts";

const confirmation: SmtpMessage = {
  messageId: "<conf-SO-1-1@shop.example>",
  envelopeFrom: "",
  from: { name: "Möbel & Co", address: "orders@shop.example" },
  to: { name: "Ann Buyer", address: "ann@customer.example" },
  subject: "Your order: 12 chairs – thank you",
  inReplyTo: "<first@customer.example>",
  references: ["<zero@customer.example>", "<first@customer.example>"],
  headers: { "Auto-Submitted": "auto-replied", "X-Loop": "SO-1" },
  text: "12 Stühle\n.\n",
};

function mailerTo(
  place: { readonly port: number },
  overrides: Partial<SmtpConfig> = {},
  clock: Clock = new SystemClock(),
) {
  const config: SmtpConfig = {
    host: "127.0.0.1",
    port: place.port,
    security: "none",
    allowClearText: false,
    auth: "password",
    connections: 2,
    connectTimeout: 5_000 as DurationMs,
    greetingTimeout: 5_000 as DurationMs,
    socketTimeout: 5_000 as DurationMs,
    sendTimeout: 10_000 as DurationMs,
    ...overrides,
  };
  const mailer = new SmtpMailer({ config, clock });
  onTestFinished(() => mailer.close());
  return mailer;
}

async function proxyTo(sink: SmtpSink): Promise<TcpProxy> {
  const proxy = await TcpProxy.to({ host: sink.host, port: sink.port });
  onTestFinished(() => proxy.stop());
  return proxy;
}

test("a mail arrives with its headers, its Message-ID and the null sender", async () => {
  const sink = await openSink();
  const result = await mailerTo(sink).send(confirmation);

  expect(result).toMatchObject({ kind: "sent", response: expect.stringMatching(/^250/) });
  const [mail] = sink.received;
  expect([mail?.from, mail?.to]).toEqual(["", ["ann@customer.example"]]);
  expect(mail?.raw).toContain("Message-ID: <conf-SO-1-1@shop.example>\r\n");
  expect(mail?.raw).toContain("In-Reply-To: <first@customer.example>\r\n");
  expect(mail?.raw).toMatch(/References: <zero@customer.example>\s+<first@customer.example>\r\n/);
  expect(mail?.raw).toContain("Auto-Submitted: auto-replied\r\n");
  expect(mail?.raw).toMatch(/From: =\?UTF-8\?.*<orders@shop.example>\r\n/);
});

test("a header value cannot smuggle in another header", async () => {
  const sink = await openSink();
  await mailerTo(sink).send({ ...confirmation, headers: { "X-Loop": "SO-1\r\nBcc: everyone@customer.example" } });
  expect(sink.received[0]?.raw).not.toMatch(/^Bcc:/m);
  expect(sink.received[0]?.to).toEqual(["ann@customer.example"]);
});

test("many mails share the few connections", async () => {
  const sink = await openSink();
  const mailer = mailerTo(sink);
  const results = await Promise.all(Array.from({ length: 20 }, () => mailer.send(confirmation)));
  expect(new Set(results.map((result) => result.kind))).toEqual(new Set(["sent"]));
  expect(sink.connections).toBe(2);
});

test("451 is temporary, 550 permanent, and the next mail goes out over the same connection", async () => {
  const sink = await openSink();
  const mailer = mailerTo(sink, { connections: 1 });
  sink.recipientVerdict = () => [451, "greylisted, come back later"];
  expect(await mailer.send(confirmation)).toMatchObject({ kind: "temporary", code: 451 });
  sink.recipientVerdict = () => [550, "no such user"];
  expect(await mailer.send(confirmation)).toMatchObject({
    kind: "permanent",
    code: 550,
    text: expect.stringContaining("no such user"),
  });
  sink.recipientVerdict = () => undefined;
  expect(await mailer.send(confirmation)).toMatchObject({ kind: "sent" });
  expect(sink.connections).toBe(1);
});

test("a refusal of the content speaks about the mail as well; a 421 about the server", async () => {
  const sink = await openSink();
  sink.contentVerdict = () => [554, "we do not like this text"];
  expect(await mailerTo(sink).send(confirmation)).toMatchObject({ kind: "permanent", code: 554 });
  sink.contentVerdict = () => [421, "shutting down"];
  expect(await mailerTo(sink).send(confirmation)).toMatchObject({ kind: "unreachable" });
});

test("a server that is down is unreachable, and reached again once it is up", async () => {
  const sink = await openSink();
  const mailer = mailerTo(sink);
  await mailer.send(confirmation);
  await sink.stop();
  expect(await mailer.send(confirmation)).toMatchObject({
    kind: "unreachable",
    text: expect.stringContaining(`127.0.0.1:${sink.port} cannot be reached`),
  });
  await sink.start();
  expect(await mailer.send(confirmation)).toMatchObject({ kind: "sent" });
});

test("a kept connection that the server has closed meanwhile costs nothing", async () => {
  const sink = await openSink();
  const proxy = await proxyTo(sink);
  const mailer = mailerTo(proxy, { connections: 1 });
  await mailer.send(confirmation);
  proxy.cutNow();
  expect(await mailer.send(confirmation)).toMatchObject({ kind: "sent" });
  expect(sink.received).toHaveLength(2);
});

test("a connection that breaks in the reply to the content is unreachable, and nothing is sent twice behind our back", async () => {
  const sink = await openSink();
  const proxy = await proxyTo(sink);
  proxy.cutAt({ direction: "from_server", at: /250 OK: message queued/ });
  expect(await mailerTo(proxy).send(confirmation)).toMatchObject({ kind: "unreachable" });
  expect(sink.received).toHaveLength(1);
});

test("a black hole ends at the time limit of its phase", async () => {
  const sink = await openSink();
  const proxy = await proxyTo(sink);
  proxy.blackHole();
  const silent = await mailerTo(proxy, { greetingTimeout: 50 as DurationMs }).send(confirmation);
  expect(silent).toMatchObject({ kind: "unreachable", text: expect.stringMatching(/greeting/i) });

  const clock = new ManualClock();
  const sending = mailerTo(proxy, { sendTimeout: 300 as DurationMs }, clock).send(confirmation);
  await clock.advance(300);
  expect(await sending).toMatchObject({
    kind: "unreachable",
    text: expect.stringContaining("no result within 300 ms"),
  });
  expect(clock.pending).toBe(0);
});

test("an aborted send rejects with the signal's reason; closing ends what is being sent", async () => {
  const sink = await openSink();
  const proxy = await proxyTo(sink);
  proxy.blackHole();
  const mailer = mailerTo(proxy);
  const abort = new AbortController();
  const aborted = mailer.send(confirmation, abort.signal);
  const closed = mailer.send(confirmation);
  abort.abort(new Error("the runtime is stopping"));
  await expect(aborted).rejects.toThrow("the runtime is stopping");
  await mailer.close();
  expect(await closed).toMatchObject({ kind: "unreachable", text: expect.stringContaining("was closed") });
});

test("STARTTLS is required, never optional, and a private authority can be named", async () => {
  const directory = tempDir();
  const certificates = await makeCertificates(directory);
  const ca = join(directory, "authority.pem");
  writeFileSync(ca, certificates.ca);

  const plain = await openSink();
  expect(await mailerTo(plain, { security: "starttls" }).send(confirmation)).toMatchObject({
    kind: "unreachable",
    text: expect.stringContaining("STARTTLS"),
  });
  expect(plain.received).toEqual([]);

  const starttls = await openSink({ security: "starttls", certificates });
  expect(await mailerTo(starttls, { security: "starttls" }).send(confirmation)).toMatchObject({
    kind: "unreachable",
    text: expect.stringContaining("Set `ca` to the PEM file"),
  });
  expect(await mailerTo(starttls, { security: "starttls", ca }).send(confirmation)).toMatchObject({ kind: "sent" });

  const tls = await openSink({ security: "tls", certificates });
  expect(await mailerTo(tls, { security: "tls", ca }).send(confirmation)).toMatchObject({ kind: "sent" });
  expect(await mailerTo(plain, { security: "tls", ca }).send(confirmation)).toMatchObject({
    text: expect.stringContaining("does not speak TLS on this port"),
  });
});

test("a wrong password is named, and is no verdict on the mail", async () => {
  const certificates = await makeCertificates(tempDir());
  const sink = await openSink({ security: "starttls", certificates });
  const ca = certificates.certFile.replace("server.pem", "ca.pem");
  const login = (password: string) => mailerTo(sink, { security: "starttls", ca, user: "orders", password });
  expect(await login("wrong").send(confirmation)).toMatchObject({
    kind: "unreachable",
    text: expect.stringContaining("refuses the login"),
  });
  expect(await login("secret").send(confirmation)).toMatchObject({ kind: "sent" });
  sink.recipientVerdict = () => [530, "authentication required"];
  expect(await login("secret").send(confirmation)).toMatchObject({
    kind: "unreachable",
    text: expect.stringContaining("Check `user` and `password`"),
  });
});

test("a missing authority file is said with its name", async () => {
  const mailer = mailerTo({ port: await freePort() }, { security: "starttls", ca: "/nowhere/authority.pem" });
  expect(await mailer.send(confirmation)).toMatchObject({
    kind: "unreachable",
    text: expect.stringContaining("/nowhere/authority.pem"),
  });
});

test("clear text over a network is refused unless it is allowed", () => {
  expect(() => mailerTo({ port: 25 }, { host: "mail.example.com" })).toThrow("allowClearText");
  mailerTo({ port: 25 }, { host: "mail.example.com", allowClearText: true });
});

test("a mail that must not leave any more is kept back even in the middle of the dialogue", async () => {
  const sink = await openSink();
  const mailer = mailerTo(sink);
  let mayLeave = true;
  sink.recipientVerdict = () => {
    mayLeave = false;
    return undefined;
  };

  const result = await mailer.send(confirmation, undefined, () => mayLeave);

  expect(result).toMatchObject({ kind: "unreachable", text: expect.stringContaining("must not leave any more") });
  expect(sink.received).toEqual([]);

  sink.recipientVerdict = () => undefined;
  expect(await mailer.send(confirmation, undefined, () => true)).toMatchObject({ kind: "sent" });
  expect(sink.received).toHaveLength(1);
  expect(sink.received[0]?.raw).toContain("Message-ID: <conf-SO-1-1@shop.example>\r\n");
});
