import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { type StoreResult, storeFlag } from "./store_flag.ts";

/** Sets the dead letter keyword (RFC 9051 §2.3.2, keywords) and leaves the mail unread for a person to find. */
export function markFailed(connection: ImapConnection, uids: readonly Uid[], keyword: string): Promise<StoreResult> {
  return storeFlag(connection, uids, "add", keyword);
}
