import type { JsonValue } from "../../app_runtime/contracts/task.ts";
import type { MailboxKey } from "./mailbox_key.ts";

/** What the source remembers of its folder from run to run. */
export interface Checkpoint extends MailboxKey {
  /** Mails that arrived before are none of ours; milliseconds since 1970 UTC. */
  readonly floor: number;
  /** How mails were told to be done. Absent: by \Seen. */
  readonly track?: "keyword";
}

export type Track = "seen" | "keyword";

/** Undefined for anything that is no checkpoint of this folder: the folder then counts as never seen. */
export function readCheckpoint(value: JsonValue | undefined, folder: MailboxKey): Checkpoint | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const field = (name: keyof Checkpoint): unknown => Reflect.get(value, name);
  const [uidValidity, floor] = [field("uidValidity"), field("floor")];
  const isOurs = field("account") === folder.account && field("folder") === folder.folder;
  if (!isOurs || typeof uidValidity !== "string" || typeof floor !== "number") return undefined;
  return { ...folder, uidValidity, floor, ...(field("track") === "keyword" ? { track: "keyword" } : {}) };
}

/**
 * The floor is set on the first start and moves only back: a later start after a long outage must not skip what arrived
 * meanwhile, and a raised `since` reaches further back. The step from \Seen to a keyword is a first start: all that people
 * have read lacks the keyword, however old it is.
 */
export function nextCheckpoint(
  last: Checkpoint | undefined,
  now: { readonly key: MailboxKey; readonly wallNow: number; readonly sinceMs: number; readonly track: Track },
): {
  readonly next: Checkpoint;
  /** The UIDVALIDITY before, when it is another one now. */
  readonly renumbered: string | undefined;
  readonly changed: boolean;
} {
  const reach = now.wallNow - now.sinceMs;
  const startsAnew = now.track === "keyword" && last?.track !== "keyword";
  const floor = startsAnew ? reach : Math.min(last?.floor ?? reach, reach);
  const renumbered = last?.uidValidity === now.key.uidValidity ? undefined : last?.uidValidity;
  const tracksOtherwise = (last?.track ?? "seen") !== now.track;
  const changed = last === undefined || renumbered !== undefined || last.floor !== floor || tracksOtherwise;
  const next = { ...now.key, floor, ...(now.track === "keyword" ? { track: now.track } : {}) };
  return { next, renumbered, changed };
}
