/** A mailbox as it stands in a header. */
export interface SmtpMailbox {
  readonly name: string;
  readonly address: string;
}

/** A plain text mail. Sending it twice sends the same Message-ID twice. */
export interface SmtpMessage {
  /** With angle brackets. */
  readonly messageId: string;
  /** "" is the null sender `<>`: no bounce comes back (RFC 5321 §4.5.5). */
  readonly envelopeFrom: string;
  readonly from: SmtpMailbox;
  readonly to: SmtpMailbox;
  readonly subject: string;
  readonly inReplyTo?: string;
  /** Oldest first. */
  readonly references: readonly string[];
  /** Further header fields by name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}
