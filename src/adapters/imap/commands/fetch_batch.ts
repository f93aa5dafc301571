import type { FetchMessageObject } from "imapflow";
import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { fetchRows } from "./fetch_rows.ts";
import type { SizedMail } from "./fetch_sizes.ts";

/**
 * UID FETCH (BODY.PEEK[]), RFC 9051 §6.4.5: the raw mails; PEEK does not set \Seen. A mail the server cannot show is
 * missing from the answer: it says NIL then.
 */
export function fetchBatch(
  connection: ImapConnection,
  mails: readonly SizedMail[],
): Promise<ReadonlyMap<Uid, Uint8Array>> {
  const uids = mails.map((mail) => mail.uid);
  const bytes = mails.reduce((sum, mail) => sum + mail.size, 0);
  return fetchRows<Uint8Array>(connection, uids, { source: true }, bytesIn, bytes);
}

/** imapflow hands on a NIL as `false`, whatever its types say. */
function bytesIn({ source }: FetchMessageObject): Uint8Array | undefined {
  return source instanceof Uint8Array ? source : undefined;
}
