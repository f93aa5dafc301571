import type { Brand } from "../../app_runtime/base/brand.ts";
import type { TaskId } from "../../app_runtime/contracts/task.ts";

/** A mail's number within one generation of its folder, RFC 9051 §2.3.1.1. */
export type Uid = Brand<number, "Uid">;

/** Names one generation of one folder: a UID means something only together with it. */
export interface MailboxKey {
  readonly account: string;
  readonly folder: string;
  readonly uidValidity: string;
}

/** `imap:<account>:<folder>:<uidvalidity>:<uid>`. */
export function taskIdOf(key: MailboxKey, uid: Uid): TaskId {
  return `${prefixOf(key)}${uid}` as TaskId;
}

/** The UID in an id made by `taskIdOf` with the same key; undefined for the id of any other mailbox or generation. */
export function uidOf(key: MailboxKey, id: TaskId): Uid | undefined {
  const prefix = prefixOf(key);
  if (!id.startsWith(prefix)) return undefined;
  const uid = id.slice(prefix.length);
  return /^[1-9]\d{0,9}$/.test(uid) ? (Number(uid) as Uid) : undefined;
}

function prefixOf(key: MailboxKey): string {
  return `imap:${key.account}:${key.folder}:${key.uidValidity}:`;
}
