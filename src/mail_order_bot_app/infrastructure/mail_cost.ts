import type { MailLimits } from "./mail_limits.ts";

/** `inline`: parse it here; `thread`: it could hold up the event loop; `refuse`: it is made to use up memory. */
export type MailCost = "inline" | "thread" | "refuse";

/**
 * Honest mails of any size stay below these, mostly; a small mail made of parts, addresses or line ends alone does not. What
 * the parser makes of addresses takes it time with the square of their length: 200 ms for 64 kB.
 */
const maxInlineHeaderBytes = 16_000;
const maxInlineBoundaries = 200;
const maxInlineLines = 5_000;

/** The parser needs about a kilobyte for each line of a text. Attachments have 60 characters and more to the line. */
const maxLines = (bytes: number) => 50_000 + bytes / 60;

/** What parsing a mail may cost. Looks at the bytes only: microseconds for an ordinary mail, milliseconds for the largest. */
export function mailCost(raw: Uint8Array, limits: MailLimits): MailCost {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  const lines = countUpTo(bytes, "\n", maxLines(bytes.byteLength));
  if (lines > maxLines(bytes.byteLength)) return "refuse";
  const costly =
    bytes.byteLength > limits.maxInlineBytes ||
    lines > maxInlineLines ||
    headerBytes(bytes) > maxInlineHeaderBytes ||
    countUpTo(bytes, "\n--", maxInlineBoundaries) > maxInlineBoundaries;
  return costly ? "thread" : "inline";
}

function headerBytes(bytes: Buffer): number {
  const ends = [bytes.indexOf("\r\n\r\n"), bytes.indexOf("\n\n")].filter((at) => at >= 0);
  return ends.length === 0 ? bytes.byteLength : Math.min(...ends);
}

/** How often `what` occurs; counting ends just above `limit`. */
function countUpTo(bytes: Buffer, what: string, limit: number): number {
  let found = 0;
  for (let at = bytes.indexOf(what); at >= 0 && found <= limit; at = bytes.indexOf(what, at + 1)) found += 1;
  return found;
}
