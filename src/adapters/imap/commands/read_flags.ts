import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { fetchRows } from "./fetch_rows.ts";

/** UID FETCH (FLAGS), RFC 9051 §6.4.5. UIDs of mails that are gone are missing from the answer. */
export function readFlags(
  connection: ImapConnection,
  uids: readonly Uid[],
): Promise<ReadonlyMap<Uid, ReadonlySet<string>>> {
  return fetchRows(connection, uids, { flags: true }, (row) => row.flags);
}
