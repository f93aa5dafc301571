import { ImapFlow } from "imapflow";
import { onTestFinished } from "vitest";
import type { MailConnection } from "../support/mail_servers.ts";

/** A connected client that is gone when the running test has finished. It never idles on its own. */
export async function connectClient(
  connection: MailConnection,
  options: { readonly password?: string } = {},
): Promise<ImapFlow> {
  const { host, port, user } = connection;
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: options.password ?? connection.password },
    disableAutoIdle: true,
    logger: false,
    greetingTimeout: 2000,
    socketTimeout: 10_000,
  });
  client.on("error", () => undefined); // without a listener a cut connection would end the process
  onTestFinished(() => client.close());
  await client.connect();
  return client;
}

/** A client with a mailbox open. */
export async function openInbox(connection: MailConnection, mailbox = "INBOX"): Promise<ImapFlow> {
  const client = await connectClient(connection);
  await client.mailboxOpen(mailbox);
  return client;
}
