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
    const path = serverPath(client, folder);
    // imapflow answers undefined when the session is over, whatever its types say.
    const mailbox = (await client.mailboxOpen(path)) as Awaited<ReturnType<typeof client.mailboxOpen>> | undefined;
    if (mailbox === undefined) throw new ImapCommandRefusedError("SELECT");
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
