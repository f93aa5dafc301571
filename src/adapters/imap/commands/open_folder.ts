import type { ImapConnection } from "../imap_connection.ts";
import { ImapCommandRefusedError, ImapFolderReadOnlyError } from "../imap_errors.ts";
import { serverPath } from "./server_path.ts";

export interface OpenedFolder {
  readonly uidValidity: string;
  readonly exists: number;
  /** Whether the keyword that was asked about can be stored there. */
  readonly takesKeyword: boolean;
  /** By MOVE or with UIDPLUS: a bare EXPUNGE would take along all that people have marked \Deleted. */
  readonly canMove: boolean;
}

/** SELECT, RFC 9051 §6.3.2. @throws {ImapFolderReadOnlyError}, or imapflow's error with `mailboxMissing`. */
export function openFolder(connection: ImapConnection, folder: string, keyword: string): Promise<OpenedFolder> {
  return connection.run("SELECT", async (client) => {
    const path = serverPath(client, folder);
    // imapflow answers undefined when the session is over, whatever its types say.
    const mailbox = (await client.mailboxOpen(path)) as Awaited<ReturnType<typeof client.mailboxOpen>> | undefined;
    if (mailbox === undefined) throw new ImapCommandRefusedError("SELECT");
    if (mailbox.readOnly === true) throw new ImapFolderReadOnlyError(folder);
    const { capabilities } = client;
    const permanent = mailbox.permanentFlags;
    return {
      uidValidity: mailbox.uidValidity.toString(),
      exists: mailbox.exists,
      takesKeyword: permanent === undefined || permanent.has("\\*") || permanent.has(keyword),
      canMove: capabilities.has("MOVE") || capabilities.has("UIDPLUS"),
    };
  });
}
