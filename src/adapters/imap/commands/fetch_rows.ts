import type { FetchMessageObject, FetchQueryObject, ImapFlow } from "imapflow";
import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { uidSet } from "../uid_set.ts";

/** Slower than this counts as dead; bytes per millisecond. */
const slowestTransfer = 16;

/**
 * UID FETCH, RFC 9051 §6.4.5: collects what `read` makes of the rows that answer for `uids`. Servers also send rows nobody
 * asked for (§7.5.2), and rows for our UIDs that carry only flags: `read` answers undefined for those. Nothing is returned
 * before the command has succeeded as a whole, and UIDs without an answer are missing from the result.
 */
export function fetchRows<Row>(
  connection: ImapConnection,
  uids: readonly Uid[],
  query: FetchQueryObject,
  read: (row: FetchMessageObject) => Row | undefined,
  expectedBytes = 0,
): Promise<ReadonlyMap<Uid, Row>> {
  const fetch = async (client: ImapFlow) => {
    const asked = new Set(uids);
    const rows = new Map<Uid, Row>();
    for await (const row of client.fetch(uidSet(uids), { uid: true, ...query }, { uid: true })) {
      const uid = row.uid as Uid;
      const value = asked.has(uid) ? read(row) : undefined;
      if (value !== undefined) rows.set(uid, value);
    }
    return rows;
  };
  if (uids.length === 0) return Promise.resolve(new Map());
  return connection.run("UID FETCH", fetch, expectedBytes / slowestTransfer);
}
