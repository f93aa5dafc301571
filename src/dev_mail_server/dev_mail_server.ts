import type { Faults } from "./faults/faults.ts";
import type { StoredMail } from "./mailboxes/mailbox.ts";
import type { SentMail } from "./smtp/mail_drop.ts";

/** A look at a mailbox; it does not change when the mailbox does. */
export interface MailboxView {
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  /** In order of UID. */
  readonly mails: readonly StoredMail[];
}

export interface DeliverOptions {
  /** Default INBOX. Made when it is missing. */
  readonly mailbox?: string;
  readonly flags?: readonly string[];
  /** Default now. */
  readonly receivedAt?: Date;
}

/** A running development mail server: IMAP and SMTP for one account on this machine. Not for production. */
export interface DevMailServer {
  readonly host: string;
  readonly ports: { readonly imap: number; readonly smtp: number };
  /** Mail sent to it by SMTP comes into INBOX. */
  readonly address: string;
  readonly faults: Faults;
  /** Puts a mail into a mailbox, as it is, and answers its UID. Line ends become CRLF. @throws {MailboxFullError} */
  deliver(raw: Buffer | string, options?: DeliverOptions): number;
  /** Undefined when there is none of that name. */
  mailbox(name: string): MailboxView | undefined;
  /** What left by SMTP since the start, oldest first. */
  sent(): readonly SentMail[];
  /** Everything ends: ports, connections, timers, watches. Harmless when repeated. */
  stop(): Promise<void>;
}
