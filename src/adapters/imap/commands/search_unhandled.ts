import type { ImapConnection } from "../imap_connection.ts";
import { ImapCommandRefusedError } from "../imap_errors.ts";
import type { Uid } from "../mailbox_key.ts";

const dayMs = 86_400_000;

/**
 * UID SEARCH UNSEEN or UNKEYWORD, SINCE, UNDELETED, RFC 9051 §6.4.4, ascending: mails without the done flag that nobody has
 * deleted. SINCE knows only days of the server's own time zone, so it is asked
 * a day earlier: the answer may hold mails that arrived up to two days before `floor` (milliseconds since 1970 UTC).
 * Send a NOOP first, or Dovecot answers from before another session's flags.
 */
export function searchUnhandled(connection: ImapConnection, floor: number, doneFlag: string): Promise<readonly Uid[]> {
  return connection.run("UID SEARCH", async (client) => {
    const lacks = doneFlag === "\\Seen" ? { seen: false } : { unKeyword: doneFlag };
    const since = new Date(Math.max(0, floor - dayMs));
    const found = await client.search({ ...lacks, deleted: false, since }, { uid: true });
    // false and undefined are failures, never "no mail".
    if (!Array.isArray(found)) throw new ImapCommandRefusedError("UID SEARCH");
    return (found as Uid[]).sort((a, b) => a - b);
  });
}
