import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { fetchRows } from "./fetch_rows.ts";

/** What decides whether a mail is fetched at all. */
export interface SizedMail {
  readonly uid: Uid;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970 UTC. */
  readonly internalDate: number;
}

/**
 * UID FETCH (INTERNALDATE RFC822.SIZE), RFC 9051 §6.4.5. UIDs of mails that are gone are missing from the answer. `now`,
 * in milliseconds since 1970 UTC, stands for a date that cannot be read.
 */
export function fetchSizes(
  connection: ImapConnection,
  uids: readonly Uid[],
  now: number,
): Promise<ReadonlyMap<Uid, SizedMail>> {
  return fetchRows(connection, uids, { size: true, internalDate: true }, (row) => {
    if (row.size === undefined) return undefined;
    const internalDate = new Date(row.internalDate ?? now).getTime();
    return { uid: row.uid as Uid, size: row.size, internalDate: Number.isNaN(internalDate) ? now : internalDate };
  });
}
