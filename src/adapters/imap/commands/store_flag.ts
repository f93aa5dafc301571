import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { uidSet } from "../uid_set.ts";
import { readFlags } from "./read_flags.ts";

/** How a STORE went, mail by mail. */
export interface StoreResult {
  /** No longer in the folder: nothing left to mark. */
  readonly gone: readonly Uid[];
  /** Still there and not marked. */
  readonly refused: readonly Uid[];
}

const allMarked: StoreResult = { gone: [], refused: [] };

/**
 * UID STORE ±FLAGS.SILENT, RFC 9051 §6.4.6. The library says `false` when the server refused or was not even asked, and
 * the server refuses the whole set when one mail of it is gone; so after a `false` the flags are read back.
 */
export async function storeFlag(
  connection: ImapConnection,
  uids: readonly Uid[],
  change: "add" | "remove",
  flag: string,
): Promise<StoreResult> {
  if (uids.length === 0) return allMarked;
  const stored = await connection.run("UID STORE", (client) => {
    const options = { uid: true, silent: true };
    return change === "add"
      ? client.messageFlagsAdd(uidSet(uids), [flag], options)
      : client.messageFlagsRemove(uidSet(uids), [flag], options);
  });
  if (stored === true) return allMarked;
  const flags = await readFlags(connection, uids);
  return {
    gone: uids.filter((uid) => !flags.has(uid)),
    refused: uids.filter((uid) => flags.get(uid)?.has(flag) === (change === "remove")),
  };
}
