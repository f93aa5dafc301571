import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { expect, onTestFinished, test } from "vitest";
import type { DevMailServer } from "../../../src/dev_mail_server/dev_mail_server.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { RawClient } from "../raw_client.ts";
import { account, mailOf, runServer, subjectsIn } from "../running_server.ts";

type Auth = { readonly user: string; readonly pass: string };

function transportTo(server: DevMailServer, auth?: Auth) {
  const transport = createTransport({
    host: server.host,
    port: server.ports.smtp,
    secure: false,
    ...(auth && { auth }),
  });
  onTestFinished(() => transport.close());
  return transport;
}

async function send(server: DevMailServer, to: readonly string[], subject: string, from = "customer@example.org") {
  return await transportTo(server).sendMail({ envelope: { from, to: [...to] }, raw: mailOf(subject) });
}

test("mail for the account comes into the INBOX and says where it came from", async () => {
  const server = await runServer();
  await send(server, ["Orders@Shop.example"], "twelve chairs");
  const [mail] = server.mailbox("INBOX")?.mails ?? [];
  expect(mail?.raw.toString()).toMatch(
    /^Return-Path: <customer@example.org>\r\nReceived: by dev_mail_server; .*\r\nFrom: /,
  );
  expect(subjectsIn(server)).toEqual(["twelve chairs"]);
  expect(server.sent()).toEqual([]);
});

test("a bounce has an empty return path", async () => {
  const server = await runServer();
  await send(server, [account.user], "undeliverable", "");
  expect(server.mailbox("INBOX")?.mails[0]?.raw.toString()).toMatch(/^Return-Path: <>\r\n/);
});

test("mail for anybody else is kept as sent: in the list, in the Sent mailbox and as a file, byte by byte", async () => {
  const sentDirectory = tempDir();
  const server = await runServer({ sentDirectory });
  await send(server, ["customer@example.org"], "your order", account.user);
  expect(server.sent()).toMatchObject([
    { from: account.user, to: ["customer@example.org"], raw: Buffer.from(mailOf("your order")) },
  ]);
  expect(subjectsIn(server, "Sent")).toEqual(["your order"]);
  expect(subjectsIn(server)).toEqual([]);
  const [file = ""] = readdirSync(sentDirectory);
  expect(file).toMatch(/customer@example\.org\.eml$/);
  expect(readFileSync(join(sentDirectory, file), "utf8")).toBe(mailOf("your order"));
});

test("mail for both goes both ways", async () => {
  const server = await runServer();
  await send(server, [account.user, "a@example.org", "b@example.org"], "to all");
  expect(subjectsIn(server)).toEqual(["to all"]);
  expect(server.sent().map((mail) => mail.to)).toEqual([["a@example.org", "b@example.org"]]);
});

test("a user name without @ is an address on localhost", async () => {
  const server = await runServer({ user: "orders" });
  expect(server.address).toBe("orders@localhost");
  await send(server, ["orders@localhost"], "one");
  expect(subjectsIn(server)).toEqual(["one"]);
});

test("lines that start with a dot, and very long ones, survive", async () => {
  const server = await runServer();
  const raw = `Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n${"y".repeat(5000)}\r\n`;
  await transportTo(server).sendMail({ envelope: { from: "a@example.org", to: ["b@example.org"] }, raw });
  expect(server.sent()[0]?.raw.toString()).toBe(raw);
});

test("logging in is possible but not needed; a wrong password is refused", async () => {
  const server = await runServer();
  await expect(transportTo(server, { user: account.user, pass: account.password }).verify()).resolves.toBe(true);
  const wrong = transportTo(server, { user: account.user, pass: "wrong" }).verify();
  await expect(wrong).rejects.toMatchObject({ code: "EAUTH", responseCode: 535 });
});

test("a mail that is too large is refused for good, before it is sent or after", async () => {
  const server = await runServer({ limits: { maxMailBytes: 1000 } });
  const large = transportTo(server).sendMail({
    envelope: { from: "a@example.org", to: [account.user] },
    raw: "x".repeat(2000),
  });
  await expect(large).rejects.toMatchObject({ responseCode: 552 });

  const client = await RawClient.connect(server.ports.smtp);
  client.send(`EHLO me\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<${account.user}>\r\nDATA\r\n`);
  await client.expect(/^354 .*\r\n/m);
  client.send(`${"x\r\n".repeat(1000)}.\r\n`);
  expect(await client.expect(/^552 .*\r\n/m)).toContain("larger");
  expect(subjectsIn(server)).toEqual([]);
});

test("a full mailbox is a reason to try later", async () => {
  const server = await runServer({ limits: { maxMails: 1 } });
  server.deliver(mailOf("one"));
  await expect(send(server, [account.user], "two")).rejects.toMatchObject({ responseCode: 452 });
});
