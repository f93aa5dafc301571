import { type HeaderFields, headerFields } from "../../../app_runtime/intake/api.ts";
import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { fetchRows } from "./fetch_rows.ts";
import type { SizedMail } from "./fetch_sizes.ts";

/** UID FETCH (BODY.PEEK[HEADER.FIELDS (Message-ID From)]), RFC 9051 §6.4.5: for mails too large to be fetched. */
export function fetchHeaders(
  connection: ImapConnection,
  mails: readonly SizedMail[],
): Promise<ReadonlyMap<Uid, HeaderFields>> {
  const uids = mails.map((mail) => mail.uid);
  return fetchRows(connection, uids, { headers: ["message-id", "from"] }, (row) =>
    row.headers instanceof Uint8Array ? headerFields(row.headers) : undefined,
  );
}
