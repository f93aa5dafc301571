import { createHash } from "node:crypto";
import type { Attachment, Email } from "postal-mime";
import type {
  IncomingMail,
  MailAddress,
  MailAttachment,
  UnreadableMail,
  UnreadableReason,
} from "../domain/incoming_mail.ts";
import { isMessageId, oneLine } from "../domain/safe_text.ts";
import type { MailLimits } from "./mail_limits.ts";
import { safeFileName } from "./safe_file_name.ts";
import { unreadableMail } from "./unreadable_mail.ts";

type PostalMime = typeof import("postal-mime");

const maxTextCharacters = 500_000;
const maxAddresses = 100;
const maxReferences = 100;
const maxHeaderFields = 2_000;

/** Reads a mail with postal-mime, in this thread. Never throws: what the library refuses is an unreadable mail. */
export async function readMail(raw: Uint8Array, limits: MailLimits): Promise<IncomingMail | UnreadableMail> {
  // Loaded with the first mail, not with the program: a start that finds an empty mailbox does not pay for it.
  const postal = await import("postal-mime");
  try {
    const email = await postal.default.parse(raw, {
      forceRfc822Attachments: true,
      attachmentEncoding: "arraybuffer",
      maxNestingDepth: limits.maxNesting,
      maxHeadersSize: limits.maxHeaderBytes,
    });
    const excess = excessOf(email, limits);
    return excess === undefined
      ? toIncomingMail(email, raw, postal)
      : unreadableMail(raw, excess.reason, excess.detail);
  } catch (thrown) {
    const { reason, detail } = refusal(thrown);
    return unreadableMail(raw, reason, detail);
  }
}

/** SHA-256 in hex: the name of a mail's content. */
export function sha256Of(raw: Uint8Array): string {
  return createHash("sha256").update(raw).digest("hex");
}

function toIncomingMail(email: Email, raw: Uint8Array, postal: PostalMime): IncomingMail {
  const headers = email.headers.map(({ key, value }) => ({ name: key, value }));
  const first = (name: string) => headers.find((header) => header.name === name)?.value;
  const addresses = (name: string) =>
    headers
      .filter((header) => header.name === name)
      .flatMap(({ value }) => mailboxes(value, postal))
      .slice(0, maxAddresses);
  const messageId = messageIds(first("message-id"))[0];
  const returnPath = first("return-path");
  return {
    kind: "readable",
    sha256: sha256Of(raw),
    sizeBytes: raw.byteLength,
    ...(messageId !== undefined && { messageId }),
    inReplyTo: messageIds(first("in-reply-to")),
    references: messageIds(first("references")),
    from: addresses("from"),
    replyTo: addresses("reply-to"),
    ...(returnPath !== undefined && { returnPath: mailboxes(returnPath, postal)[0]?.address ?? "" }),
    subject: oneLine(email.subject ?? "", 1_000),
    ...(isIsoDate(email.date) && { date: email.date }),
    headers,
    ...(email.text !== undefined && { text: email.text.slice(0, maxTextCharacters) }),
    hasHtml: email.html !== undefined,
    attachments: email.attachments.map(toAttachment),
  };
}

function mailboxes(value: string, postal: PostalMime): readonly MailAddress[] {
  return postal.addressParser(value, { flatten: true }).map(({ name, address }) => ({
    name: oneLine(name, 200),
    address: (address ?? "").trim().toLowerCase(),
  }));
}

function messageIds(value: string | undefined): readonly string[] {
  const found = (value ?? "").slice(0, 50_000).match(/<[^<>\s]{1,310}>/g) ?? [];
  return found.filter(isMessageId).slice(-maxReferences);
}

function toAttachment(attachment: Attachment, index: number): MailAttachment {
  const { content } = attachment;
  return {
    name: safeFileName(attachment.filename, index + 1),
    mimeType: oneLine(attachment.mimeType, 100).toLowerCase(),
    inline: attachment.related === true || attachment.disposition === "inline",
    content: typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content),
  };
}

interface Excess {
  readonly reason: UnreadableReason;
  readonly detail: string;
}

function excessOf(email: Email, limits: MailLimits): Excess | undefined {
  if (email.attachments.length > limits.maxAttachments) {
    const detail = `It has ${email.attachments.length} attachments; at most ${limits.maxAttachments} are read.`;
    return { reason: "too-many-attachments", detail };
  }
  if (email.headers.length > maxHeaderFields) {
    return { reason: "headers-too-big", detail: `It has ${email.headers.length} header fields.` };
  }
  return undefined;
}

function refusal(thrown: unknown): Excess {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (/nesting depth/i.test(message)) return { reason: "nested-too-deep", detail: "Its parts are nested too deep." };
  if (/header/i.test(message)) return { reason: "headers-too-big", detail: "Its header is too big." };
  return { reason: "malformed", detail: `The parser refused it: ${oneLine(message, 200)}` };
}

function isIsoDate(date: string | undefined): date is string {
  return date !== undefined && /^[+-]?\d{4,6}-\d\d-\d\dT/.test(date);
}
