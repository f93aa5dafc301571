import { onTestFinished } from "vitest";
import type { DevMailServer } from "../../src/dev_mail_server/dev_mail_server.ts";
import type { DevMailServerOptions } from "../../src/dev_mail_server/dev_mail_server_options.ts";
import { startDevMailServer } from "../../src/dev_mail_server/start_dev_mail_server.ts";
import { guardAgainstLeaks } from "../support/leak_guard.ts";
import type { MailConnection } from "../support/mail_servers.ts";

export const account = { user: "orders@shop.example", password: "secret" } as const;

/** A server that is gone, with everything it started, when the running test has finished. */
export async function runServer(options: Partial<DevMailServerOptions> = {}): Promise<DevMailServer> {
  guardAgainstLeaks();
  const server = await startDevMailServer({ ...account, ...options });
  onTestFinished(() => server.stop());
  return server;
}

export function connectionTo(server: DevMailServer): MailConnection {
  return { host: server.host, port: server.ports.imap, ...account };
}

/** Subjects of a mailbox, oldest first. */
export function subjectsIn(server: DevMailServer, mailbox = "INBOX"): string[] {
  const mails = server.mailbox(mailbox)?.mails ?? [];
  return mails.map((mail) => /^Subject: (.*)\r$/m.exec(mail.raw.toString())?.[1] ?? "");
}

export function mailOf(subject: string): string {
  return `From: customer@example.org\r\nSubject: ${subject}\r\n\r\n${subject}, please\r\n`;
}
