import type { MailLimits } from "./mail_limits.ts";

/** An honest mail of any size stays below both; a small mail made of parts or addresses alone does not. */
const maxInlineHeaderBytes = 64_000;
const maxInlineBoundaries = 200;

/** Whether parsing could hold up the event loop. Looks at the bytes only, in microseconds for an ordinary mail. */
export function isCostlyToParse(raw: Uint8Array, limits: MailLimits): boolean {
  if (raw.byteLength > limits.maxInlineBytes) return true;
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  return headerBytes(bytes) > maxInlineHeaderBytes || hasManyBoundaries(bytes);
}

function headerBytes(bytes: Buffer): number {
  const ends = [bytes.indexOf("\r\n\r\n"), bytes.indexOf("\n\n")].filter((at) => at >= 0);
  return ends.length === 0 ? bytes.byteLength : Math.min(...ends);
}

/** Counts the lines that could begin a part. */
function hasManyBoundaries(bytes: Buffer): boolean {
  let found = 0;
  for (let at = bytes.indexOf("\n--"); at >= 0 && found <= maxInlineBoundaries; at = bytes.indexOf("\n--", at + 3)) {
    found += 1;
  }
  return found > maxInlineBoundaries;
}
