import type { ImapFlow, MailboxObject } from "imapflow";
import type { ImapConnection } from "../imap_connection.ts";
import { ImapCommandRefusedError, ImapFolderReadOnlyError, ImapKeywordRefusedError } from "../imap_errors.ts";
import { serverPath } from "./server_path.ts";

export interface OpenedFolder {
  readonly uidValidity: string;
  readonly exists: number;
  /** Whether the dead letter keyword can be stored there. */
  readonly takesKeyword: boolean;
  /** By MOVE or with UIDPLUS: a bare EXPUNGE would take along all that people have marked \Deleted. */
  readonly canMove: boolean;
}

/** EXAMINE, RFC 9051 §6.3.3: nothing in the folder can be changed through it, not even by reading. */
export function examineFolder(
  connection: ImapConnection,
  folder: string,
): Promise<Pick<OpenedFolder, "uidValidity" | "exists">> {
  return connection.run("EXAMINE", async (client) => {
    const { uidValidity, exists } = await opened(client, folder, { readOnly: true });
    return { uidValidity: uidValidity.toString(), exists };
  });
}

/**
 * SELECT, RFC 9051 §6.3.2. @throws {ImapFolderReadOnlyError}, {ImapKeywordRefusedError} when the done flag cannot be stored
 * there, or imapflow's error with `mailboxMissing`.
 */
export function openFolder(
  connection: ImapConnection,
  folder: string,
  flags: { readonly done: string; readonly failed: string },
): Promise<OpenedFolder> {
  return connection.run("SELECT", async (client) => {
    const mailbox = await opened(client, folder, {});
    if (mailbox.readOnly === true) throw new ImapFolderReadOnlyError(folder);
    const { capabilities } = client;
    const permanent = mailbox.permanentFlags;
    const takes = (flag: string) => permanent === undefined || permanent.has("\\*") || permanent.has(flag);
    if (!flags.done.startsWith("\\") && !takes(flags.done)) throw new ImapKeywordRefusedError(folder, flags.done);
    return {
      uidValidity: mailbox.uidValidity.toString(),
      exists: mailbox.exists,
      takesKeyword: takes(flags.failed),
      canMove: capabilities.has("MOVE") || capabilities.has("UIDPLUS"),
    };
  });
}

async function opened(client: ImapFlow, folder: string, options: { readonly readOnly?: true }): Promise<MailboxObject> {
  // imapflow answers undefined when the session is over, whatever its types say.
  const mailbox = (await client.mailboxOpen(serverPath(client, folder), options)) as MailboxObject | undefined;
  if (mailbox === undefined) throw new ImapCommandRefusedError("SELECT");
  return mailbox;
}
