import type { ImapTrouble } from "../faults/faults.ts";
import type { Mailbox } from "../mailboxes/mailbox.ts";
import type { Mailboxes } from "../mailboxes/mailboxes.ts";
import type { CommandArguments } from "./command_arguments.ts";
import type { SelectedMailbox } from "./selected_mailbox.ts";

/** The tagged end of a command. */
export interface Answer {
  readonly status: "OK" | "NO" | "BAD";
  readonly text: string;
  /** A response code without its brackets (RFC 9051 section 7.1). */
  readonly code?: string;
  /** The connection ends after it. */
  readonly closes?: boolean;
}

export function ok(text: string, code?: string): Answer {
  return { status: "OK", text, ...(code !== undefined && { code }) };
}

export function no(text: string, code?: string): Answer {
  return { status: "NO", text, ...(code !== undefined && { code }) };
}

export function bad(text: string): Answer {
  return { status: "BAD", text };
}

/** What a command may do with its connection. */
export interface CommandSession {
  readonly mailboxes: Mailboxes;
  readonly selected: SelectedMailbox | undefined;
  /** True when the account is the one of this server. */
  logIn(user: string, password: string): boolean;
  /** Opens a mailbox instead of the one that is open. */
  select(mailbox: Mailbox, readOnly: boolean): void;
  deselect(): void;
  /** An untagged line; the end of line is added. */
  tell(line: string): void;
  /** Part of a line, bytes as they are. */
  write(part: string | Buffer): void;
  /** Waits for the client when much is on its way; to be called between the rows of a long answer. */
  breathe(): Promise<void>;
  /** A continuation request, sent at once. */
  continue(text: string): void;
  /** A line outside of any command; undefined when the connection is gone. */
  line(): Promise<string | undefined>;
  /** Sends what other sessions changed, at once. */
  tellNews(): void;
}

export interface CommandCall {
  readonly tag: string;
  readonly session: CommandSession;
  readonly args: CommandArguments;
  /** The command came as `UID <verb>`. */
  readonly byUid: boolean;
  /** What shall go wrong, if it is for the command itself to do. */
  readonly trouble: ImapTrouble | undefined;
}

export interface SelectedCall extends CommandCall {
  readonly selected: SelectedMailbox;
}

/** One IMAP command. A thrown ImapSyntaxError becomes BAD. */
export type ImapCommand = {
  /** In capitals; those that also come as `UID <verb>` list both. */
  readonly verbs: readonly string[];
  /** The client must not be told of expunged mails now, since it speaks in sequence numbers (RFC 9051 section 7.5.1). */
  readonly holdsExpunges?: boolean;
} & (
  | { readonly needs: "nothing" | "login"; run(call: CommandCall): Answer | Promise<Answer> }
  | { readonly needs: "mailbox"; run(call: SelectedCall): Answer | Promise<Answer> }
);
