import type { JsonValue } from "../../app_runtime/contracts/task.ts";
import type { MailboxKey } from "./mailbox_key.ts";

/** What the source remembers of its folder from run to run. */
export interface Checkpoint extends MailboxKey {
  /** Mails that arrived before are none of ours; milliseconds since 1970 UTC. */
  readonly floor: number;
}

/** Undefined for anything that is no checkpoint of this folder: the folder then counts as never seen. */
export function readCheckpoint(value: JsonValue | undefined, folder: MailboxKey): Checkpoint | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const field = (name: keyof Checkpoint): unknown => Reflect.get(value, name);
  const [uidValidity, floor] = [field("uidValidity"), field("floor")];
  const isOurs = field("account") === folder.account && field("folder") === folder.folder;
  if (!isOurs || typeof uidValidity !== "string" || typeof floor !== "number") return undefined;
  return { ...folder, uidValidity, floor };
}

/**
 * The floor is set on the first start and moves only back: a later start after a long outage must not skip what arrived
 * meanwhile, and a raised `since` reaches further back.
 */
export function nextCheckpoint(
  last: Checkpoint | undefined,
  now: { readonly key: MailboxKey; readonly wallNow: number; readonly sinceMs: number },
): {
  readonly next: Checkpoint;
  /** The UIDVALIDITY before, when it is another one now. */
  readonly renumbered: string | undefined;
  readonly changed: boolean;
} {
  const reach = now.wallNow - now.sinceMs;
  const floor = Math.min(last?.floor ?? reach, reach);
  const renumbered = last?.uidValidity === now.key.uidValidity ? undefined : last?.uidValidity;
  const changed = last === undefined || renumbered !== undefined || last.floor !== floor;
  return { next: { ...now.key, floor }, renumbered, changed };
}
