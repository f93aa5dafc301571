import { connectClient } from "../../dev_mail_server/imap_client.ts";
import type { MailConnection } from "../../support/mail_servers.ts";

/** A mail as any mail program sees it. */
export interface SeenMail {
  readonly uid: number;
  readonly subject: string;
  readonly flags: readonly string[];
}

/** The mails of a folder, in order of UID; none when there is no such folder. */
export async function mailsIn(connection: MailConnection, folder: string): Promise<readonly SeenMail[]> {
  const client = await connectClient(connection);
  try {
    const { exists } = await client.mailboxOpen(folder, { readOnly: true });
    if (exists === 0) return [];
    const rows = await client.fetchAll("1:*", { uid: true, flags: true, headers: ["subject"] });
    return rows.map(({ uid, flags, headers }) => ({
      uid,
      subject: String(headers)
        .replace(/^Subject: /i, "")
        .trim(),
      flags: [...(flags ?? [])].filter((flag) => flag !== "\\Recent").toSorted(),
    }));
  } catch (error) {
    if (Reflect.get(Object(error), "mailboxMissing") === true) return [];
    throw error;
  } finally {
    await client.logout();
  }
}
