import type { Clock } from "../app_runtime/base/clock.ts";

/** What a caller may choose. Every directory is made when it is missing. */
export interface DevMailServerOptions {
  /** The one account of this server. */
  readonly user: string;
  readonly password: string;
  /** Mail sent to this address by SMTP lands in INBOX, any other in Sent. Default: `user`, with `@localhost` if it has no @. */
  readonly address?: string;
  /** 127.0.0.1 (default), ::1 or localhost; anything else is refused. */
  readonly host?: string;
  /** 0 or absent: any free port. */
  readonly imapPort?: number;
  /** 0 or absent: any free port. */
  readonly smtpPort?: number;
  /** Each `.eml` file that is or comes into this directory is delivered into INBOX. The files stay where they are. */
  readonly inboxDirectory?: string;
  /** Each mail that left by SMTP is written here as an `.eml` file. */
  readonly sentDirectory?: string;
  /** Mails, flags, UIDs and UIDVALIDITY are kept here over a restart. Absent: everything is forgotten at stop. */
  readonly stateDirectory?: string;
  /** The names under which the caller's users configure the ports, for the error about a port already taken. */
  readonly configKeys?: { readonly imapPort: string; readonly smtpPort: string };
  readonly limits?: Partial<DevMailLimits>;
  readonly clock?: Clock;
}

/** The bounds that keep a wild client from taking the machine. */
export interface DevMailLimits {
  /** Connections at once, for IMAP and SMTP each. */
  readonly maxSessions: number;
  /** One IMAP command without its literals. */
  readonly maxLineBytes: number;
  /** One mail, however it comes in. */
  readonly maxMailBytes: number;
  /** Mails in one mailbox. */
  readonly maxMails: number;
  /** A connection that says nothing for so long is closed. */
  readonly silenceMs: number;
}

/** The line limit is Dovecot's, so that a client tuned on this server meets no surprise on a real one. */
export const defaultLimits: DevMailLimits = {
  maxSessions: 100,
  maxLineBytes: 64 * 1024,
  maxMailBytes: 50 * 1024 * 1024,
  maxMails: 200_000,
  silenceMs: 30 * 60_000,
};
