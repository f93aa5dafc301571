import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { startDevMailServer } from "../../src/dev_mail_server/start_dev_mail_server.ts";
import { guardAgainstLeaks } from "../support/leak_guard.ts";
import { tempDir } from "../support/temp_dir.ts";
import { connectClient, openInbox } from "./imap_client.ts";
import { RawClient } from "./raw_client.ts";
import { account, connectionTo, mailOf, runServer, subjectsIn } from "./running_server.ts";

test("serves IMAP and SMTP on free ports of this machine", async () => {
  const server = await runServer();
  expect((await RawClient.connect(server.ports.imap)).constructor).toBe(RawClient);
  expect((await RawClient.connect(server.ports.smtp, /^220 .*not for production\r\n/)).constructor).toBe(RawClient);
  expect(server.host).toBe("127.0.0.1");
});

test.each(["0.0.0.0", "::", "192.0.2.1", "mail.example.org"])("refuses to serve others on %s", async (host) => {
  await expect(startDevMailServer({ ...account, host })).rejects.toMatchObject({ code: "DEV_MAIL_NOT_LOOPBACK" });
});

test.each(["imapPort", "smtpPort"] as const)(
  "names the port that is taken and the key to change: %s",
  async (option) => {
    guardAgainstLeaks();
    const port = await takenPort();
    const configKeys = { imapPort: "devMail.imapPort", smtpPort: "devMail.smtpPort" };
    const refused = startDevMailServer({ ...account, [option]: port, configKeys });
    await expect(refused).rejects.toMatchObject({ code: "DEV_MAIL_PORT_UNAVAILABLE" });
    await expect(refused).rejects.toThrow(`Port ${port}`);
    await expect(refused).rejects.toThrow(`devMail.${option}`);
  },
);

test("stops with sessions idling, stalled and halfway through a command", async () => {
  const server = await runServer({ inboxDirectory: tempDir(), stateDirectory: tempDir() });
  server.faults.imap({ on: "NOOP", trouble: { kind: "stall" } });
  const idling = await openInbox(connectionTo(server));
  const stalled = await openInbox(connectionTo(server));
  void idling.idle();
  stalled.noop().catch(() => undefined);
  (await RawClient.connect(server.ports.imap)).send("a LOGIN {10}\r\nhalf");
  (await RawClient.connect(server.ports.smtp)).send("EHLO me\r\nMAIL FR");
  await server.stop();
  await server.stop(); // and once more does no harm
});

test("shows mailboxes as they were when asked", async () => {
  const server = await runServer();
  const uid = server.deliver(mailOf("one"), { flags: ["\\Seen", "$Later"], receivedAt: new Date(1_000) });
  const before = server.mailbox("inbox");
  server.deliver(mailOf("two"), { mailbox: "Archive/2026" });
  expect(before).toMatchObject({ name: "INBOX", uidNext: 2 });
  expect(before?.mails).toMatchObject([{ uid, receivedAt: new Date(1_000), flags: new Set(["\\Seen", "$Later"]) }]);
  expect(subjectsIn(server, "Archive/2026")).toEqual(["two"]);
  expect(server.mailbox("Nowhere")).toBeUndefined();
});

test("refuses more mail than a mailbox may hold, and says so to IMAP clients, too", async () => {
  const server = await runServer({ limits: { maxMails: 2 } });
  server.deliver(mailOf("one"));
  server.deliver(mailOf("two"));
  expect(() => server.deliver(mailOf("three"))).toThrow(expect.objectContaining({ code: "DEV_MAIL_MAILBOX_FULL" }));
  const client = await connectClient(connectionTo(server));
  await expect(client.append("INBOX", mailOf("three"))).rejects.toMatchObject({ serverResponseCode: "OVERQUOTA" });
});

async function takenPort(): Promise<number> {
  const holder = createServer();
  const listening = Promise.withResolvers<void>();
  holder.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  onTestFinished(() => void holder.close());
  return (holder.address() as { port: number }).port;
}
