/** A mail address; `address` is in lower case. */
export interface MailAddress {
  readonly name: string;
  readonly address: string;
}

/** One header field, unfolded but otherwise as it came; `name` is in lower case. */
export interface MailHeader {
  readonly name: string;
  readonly value: string;
}

/** A file that came with a mail. */
export interface MailAttachment {
  /** Safe to show and to store under: no path, no control characters, at most 120 characters, never empty. */
  readonly name: string;
  /** In lower case, as the sender claims it. */
  readonly mimeType: string;
  /** Shown within the text (a logo, for example) rather than attached for its own sake. */
  readonly inline: boolean;
  readonly content: Uint8Array;
}

/** A mail as a value. Everything in it comes from a stranger: lengths are bounded, nothing else is promised. */
export interface IncomingMail {
  readonly kind: "readable";
  /** SHA-256 of the raw bytes, 64 hex digits. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** With angle brackets, as are all Message-IDs; absent if missing or malformed. RFC 5322 §3.6.4. */
  readonly messageId?: string;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** Every mailbox of every From field; an honest mail has exactly one. */
  readonly from: readonly MailAddress[];
  readonly replyTo: readonly MailAddress[];
  /** Set by the receiving server; "" is the null sender of reports. */
  readonly returnPath?: string;
  readonly subject: string;
  /** ISO 8601, if the Date field could be read. */
  readonly date?: string;
  /** All fields of the mail's own header, in their order. */
  readonly headers: readonly MailHeader[];
  /** The plain text of the body; absent if there is none. */
  readonly text?: string;
  readonly hasHtml: boolean;
  readonly attachments: readonly MailAttachment[];
}

/** Why a mail could not be turned into a value. */
export type UnreadableReason =
  | "too-big"
  | "headers-too-big"
  | "nested-too-deep"
  | "too-many-attachments"
  | "too-costly"
  | "malformed"
  | "lost";

/** A mail that could not be read within the limits; with the little that its first lines show. */
export interface UnreadableMail {
  readonly kind: "unreadable";
  readonly reason: UnreadableReason;
  /** One sentence for the person who will look at it. */
  readonly detail: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly messageId?: string;
  readonly from: readonly MailAddress[];
  readonly subject: string;
}

/** The values of a header field, top to bottom; `name` in lower case. */
export function headerValues(mail: IncomingMail, name: string): readonly string[] {
  return mail.headers.filter((header) => header.name === name).map((header) => header.value);
}
