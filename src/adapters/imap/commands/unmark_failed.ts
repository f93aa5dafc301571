import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { type StoreResult, storeFlag } from "./store_flag.ts";

/** Takes the dead letter keyword back: somebody retried the mail, and now it is done. */
export function unmarkFailed(connection: ImapConnection, uids: readonly Uid[], keyword: string): Promise<StoreResult> {
  return storeFlag(connection, uids, "remove", keyword);
}
