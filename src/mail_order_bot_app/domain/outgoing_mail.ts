import type { MailAddress } from "./incoming_mail.ts";

/**
 * A mail that waits to be sent. Every string in it is safe to stand in a header as it is; sending it twice sends the same
 * Message-ID twice. Its envelope sender is the null sender, so that no bounce of it can start a loop (RFC 3834 §3.3).
 */
export interface OutgoingMail {
  /** With angle brackets. */
  readonly messageId: string;
  readonly envelopeFrom: "";
  readonly from: MailAddress;
  readonly to: MailAddress;
  readonly subject: string;
  /** With angle brackets; absent if the answered mail has no Message-ID. */
  readonly inReplyTo?: string;
  /** With angle brackets, oldest first. */
  readonly references: readonly string[];
  /** Further fields by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Lines end in "\n". */
  readonly text: string;
}
