import type { ImapConnection } from "../imap_connection.ts";
import { ImapCommandRefusedError } from "../imap_errors.ts";
import type { Uid } from "../mailbox_key.ts";
import { fetchSizes } from "./fetch_sizes.ts";

const dayMs = 86_400_000;

/**
 * How many mails without the done flag, the failed flag and \Deleted arrived before `oldest` (milliseconds since 1970 UTC).
 * UID SEARCH BEFORE, RFC 9051 §6.4.4, knows only days of the server's time zone: those around the limit are asked one by one.
 */
export async function countOld(
  connection: ImapConnection,
  oldest: number,
  flags: { readonly done: string; readonly failed: string },
): Promise<number> {
  if (oldest <= 2 * dayMs) return 0;
  const lacks = flags.done === "\\Seen" ? { seen: false } : { unKeyword: flags.done };
  const found = await connection.run("UID SEARCH", async (client) => {
    const untaken = { ...lacks, deleted: false, not: { keyword: flags.failed } };
    const before = dayOf(oldest - dayMs);
    // Only their number: there may be hundreds of thousands.
    const sure = await client.search({ ...untaken, before }, { uid: true, returnOptions: ["COUNT"] });
    const near = await client.search({ ...untaken, since: before, before: dayOf(oldest + 2 * dayMs) }, { uid: true });
    // false and undefined are failures, never "no mail".
    const isNumber = typeof sure === "object" && "count" in sure && sure.count !== undefined;
    if (!isNumber || !Array.isArray(near)) throw new ImapCommandRefusedError("UID SEARCH");
    return { sure: sure.count ?? 0, near: near as Uid[] };
  });
  const mails = await fetchSizes(connection, found.near, oldest);
  return found.sure + [...mails.values()].filter((mail) => mail.internalDate < oldest).length;
}

/** Its beginning, or the library would ask for mails before the day after. */
function dayOf(ms: number): Date {
  return new Date(Math.floor(ms / dayMs) * dayMs);
}
