import type { ImapConnection } from "../imap_connection.ts";
import { ImapCommandRefusedError } from "../imap_errors.ts";
import type { Uid } from "../mailbox_key.ts";

/** UID SEARCH KEYWORD, RFC 9051 §6.4.4: the mails that carry the dead letter keyword. */
export function searchFailed(connection: ImapConnection, keyword: string): Promise<readonly Uid[]> {
  return connection.run("UID SEARCH", async (client) => {
    const found = await client.search({ keyword }, { uid: true });
    // false and undefined are failures, never "no mail".
    if (!Array.isArray(found)) throw new ImapCommandRefusedError("UID SEARCH");
    return found as Uid[];
  });
}
