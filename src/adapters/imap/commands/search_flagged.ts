import type { ImapConnection } from "../imap_connection.ts";
import { ImapCommandRefusedError } from "../imap_errors.ts";
import type { Uid } from "../mailbox_key.ts";

const dayMs = 86_400_000;

/**
 * UID SEARCH SEEN or KEYWORD, RFC 9051 §6.4.4: mails that carry the flag and that nobody has deleted. SINCE knows days only,
 * so mails may be among them that arrived up to two days before `floor` (milliseconds since 1970 UTC).
 */
export function searchFlagged(connection: ImapConnection, flag: string, floor: number): Promise<readonly Uid[]> {
  return connection.run("UID SEARCH", async (client) => {
    const since = new Date(Math.max(0, floor - dayMs));
    const carries = flag === "\\Seen" ? { seen: true } : { keyword: flag };
    const found = await client.search({ ...carries, deleted: false, since }, { uid: true });
    // false and undefined are failures, never "no mail".
    if (!Array.isArray(found)) throw new ImapCommandRefusedError("UID SEARCH");
    return found as Uid[];
  });
}
