import { createHash } from "node:crypto";
import type { UnreadableMail, UnreadableReason } from "../domain/incoming_mail.ts";
import { isMessageId, isPlainAddress, oneLine } from "../domain/safe_text.ts";

/** How far into a mail that cannot be parsed we look for its sender and subject. */
const peekBytes = 32_000;

/** What can be said about a mail without parsing it: enough for a person to find it again. */
export function unreadableMail(raw: Uint8Array, reason: UnreadableReason, detail: string): UnreadableMail {
  const lines = headerLines(raw);
  const messageId = field(lines, "message-id").trim();
  const words = field(lines, "from")
    .toLowerCase()
    .split(/[\s<>"]+/);
  const address = words.findLast((word) => word !== "") ?? "";
  return {
    kind: "unreadable",
    reason,
    detail,
    sha256: createHash("sha256").update(raw).digest("hex"),
    sizeBytes: raw.byteLength,
    ...(isMessageId(messageId) && { messageId }),
    from: isPlainAddress(address) ? [{ name: "", address }] : [],
    subject: oneLine(field(lines, "subject"), 200),
  };
}

function headerLines(raw: Uint8Array): readonly string[] {
  const start = new TextDecoder("latin1").decode(raw.subarray(0, peekBytes));
  const header = start.split(/\r?\n\r?\n/, 1)[0] ?? "";
  return header.replaceAll(/\r?\n[ \t]/g, " ").split(/\r?\n/);
}

function field(lines: readonly string[], name: string): string {
  const line = lines.find((candidate) => candidate.slice(0, name.length + 1).toLowerCase() === `${name}:`);
  return (line ?? "").slice(name.length + 1, name.length + 1_001);
}
