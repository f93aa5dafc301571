import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { type StoreResult, storeFlag } from "./store_flag.ts";

/** Sets \Seen, or our keyword instead (RFC 9051 §2.3.2): the mail is done. Only after the journal says so. */
export function markDone(connection: ImapConnection, uids: readonly Uid[], doneFlag: string): Promise<StoreResult> {
  return storeFlag(connection, uids, "add", doneFlag);
}
