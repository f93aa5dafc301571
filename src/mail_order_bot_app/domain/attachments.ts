import { quote } from "./extraction.ts";
import type { MailAttachment } from "./incoming_mail.ts";
import { type Reason, reason } from "./reason.ts";

/** What an attachment is to us: an order list, something that never holds an order, or something only a person can read. */
export type AttachmentRole = "order-list" | "decoration" | "unread";

const listTypes = new Set([
  "text/csv",
  "text/tab-separated-values",
  "application/csv",
  "text/x-csv",
  "text/comma-separated-values",
]);
const decorations =
  /^(?:application\/(?:pkcs7-signature|x-pkcs7-signature|pgp-signature|pgp-keys)|text\/(?:vcard|x-vcard|calendar|directory)|image\/.{1,60})$/;

/** Names decide before types: mail programs send CSV files as Excel, as text and as nothing in particular. */
export function roleOf(attachment: MailAttachment): AttachmentRole {
  if (/\.(?:csv|tsv|tab)$/i.test(attachment.name) || listTypes.has(attachment.mimeType)) return "order-list";
  if (decorations.test(attachment.mimeType) && (attachment.inline || !attachment.mimeType.startsWith("image/")))
    return "decoration";
  if (attachment.content.byteLength === 0) return "decoration";
  return "unread";
}

/** The attachments that a person must look at. */
export function doubtsAboutAttachments(attachments: readonly MailAttachment[]): readonly Reason[] {
  return attachments
    .filter((attachment) => roleOf(attachment) === "unread")
    .slice(0, 10)
    .map(({ name, mimeType }) =>
      reason("attachment_not_read", `The attachment ${quote(name)} (${quote(mimeType)}) can only be read by a person.`),
    );
}
