import type { ImapFlow } from "imapflow";
import type { ImapConnection } from "../imap_connection.ts";
import type { Uid } from "../mailbox_key.ts";
import { uidSet } from "../uid_set.ts";
import { readFlags } from "./read_flags.ts";
import { refusalOf } from "./refusal_of.ts";
import { serverPath } from "./server_path.ts";

/** How a MOVE went, mail by mail. */
export interface MoveResult {
  /** Still where they were; the others are gone from there, whoever took them. */
  readonly refused: readonly Uid[];
  /** What the server said when it refused. */
  readonly refusal: string;
  /** The server says, or would say, that there is no such folder. */
  readonly folderMissing: boolean;
}

/**
 * UID MOVE, RFC 6851. On a server without it UID COPY, \Deleted and UID EXPUNGE (RFC 4315); `copied` remembers which mails
 * were copied and not yet taken away, so that a second try makes no second copy. The library's word is checked against the
 * folder: a mail counts as refused as long as it is still there.
 */
export async function moveMails(
  connection: ImapConnection,
  uids: readonly Uid[],
  folder: string,
  copied: Set<Uid>,
): Promise<MoveResult> {
  const { answer, refusal, code } = await connection.run("UID MOVE", (client) =>
    refusalOf(client, () => moveOrCopy(client, uids, serverPath(client, folder), copied)),
  );
  const unconfirmed = uids.filter((uid) => !answer.has(uid));
  const there = await readFlags(connection, unconfirmed);
  const refused = unconfirmed.filter((uid) => there.has(uid));
  const folderMissing = refused.length > 0 && (code === "TRYCREATE" || code === "NONEXISTENT");
  return { refused, refusal: refusal ?? "no reason given", folderMissing };
}

/** Resolves with the mails that the server itself says are in the other folder now. */
async function moveOrCopy(
  client: ImapFlow,
  uids: readonly Uid[],
  path: string,
  copied: Set<Uid>,
): Promise<ReadonlySet<number>> {
  if (client.capabilities.has("MOVE")) {
    const answer = await client.messageMove(uidSet(uids), path, { uid: true });
    return new Set(answer === false ? [] : answer.uidMap?.keys());
  }
  const fresh = uids.filter((uid) => !copied.has(uid));
  if (fresh.length > 0) {
    const answer = await client.messageCopy(uidSet(fresh), path, { uid: true });
    if (answer === false) return new Set();
    for (const uid of fresh) copied.add(uid);
  }
  const taken = await client.messageDelete(uidSet(uids), { uid: true });
  // Whether each is really gone is read from the folder.
  if (taken) for (const uid of uids) copied.delete(uid);
  return new Set();
}
