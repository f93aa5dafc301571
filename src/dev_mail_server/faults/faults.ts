import type { LoopbackListener } from "../loopback_listener.ts";
import type { Mailboxes } from "../mailboxes/mailboxes.ts";
import type { Fault, FaultPlan, PlannedFault } from "./fault_plan.ts";

/** Where the connection is cut: the command is not done; done but not answered; done and answered. */
export type CutPoint = "before" | "instead_of_answer" | "after";

export type ImapTrouble =
  | { readonly kind: "cut"; readonly at: CutPoint }
  /** No answer, and the command is not done. The connection stays open. */
  | { readonly kind: "stall" }
  /** The command is not done and answered with this; BYE also closes. `code` is a response code such as LIMIT. */
  | { readonly kind: "answer"; readonly status: "NO" | "BAD" | "BYE"; readonly code?: string; readonly text: string }
  /** IDLE only: accepted, but nothing is ever pushed. */
  | { readonly kind: "deaf" }
  /** FETCH only: each literal lacks so many of the bytes it announces. */
  | { readonly kind: "short_literal"; readonly missingBytes: number };

/**
 * A command in capitals ("UID FETCH" is one); GREETING is the moment of connecting. Most clients log in by AUTHENTICATE, since
 * it is offered, and not by LOGIN.
 */
export type ImapFault = Fault<string, ImapTrouble>;

export type SmtpTrouble =
  | { readonly kind: "cut"; readonly at: CutPoint }
  | { readonly kind: "stall" }
  /** E.g. 451 (try again) or 550 (never). */
  | { readonly kind: "refuse"; readonly code: number; readonly text: string };

export type SmtpMoment = "CONNECT" | "AUTH" | "MAIL FROM" | "RCPT TO" | "DATA";

/** Before DATA nothing is done yet, so every cut point means the same there. */
export type SmtpFault = Fault<SmtpMoment, SmtpTrouble>;

export interface FaultPlans {
  readonly imap: FaultPlan<string, ImapTrouble>;
  readonly smtp: FaultPlan<SmtpMoment, SmtpTrouble>;
}

export interface FaultsParts {
  readonly plans: FaultPlans;
  readonly listeners: { readonly imap: LoopbackListener; readonly smtp: LoopbackListener };
  readonly mailboxes: Mailboxes;
}

/** Everything that can be made to go wrong on purpose. */
export class Faults {
  readonly #parts: FaultsParts;

  constructor(parts: FaultsParts) {
    this.#parts = parts;
  }

  imap(fault: ImapFault): PlannedFault {
    return this.#parts.plans.imap.plan(fault);
  }

  smtp(fault: SmtpFault): PlannedFault {
    return this.#parts.plans.smtp.plan(fault);
  }

  /** The port refuses connections, and those that exist are cut, until `comeUp`. Mails and flags stay. */
  goDown(side: "imap" | "smtp"): Promise<void> {
    return this.#parts.listeners[side].close();
  }

  /** Serves the same port again. @throws {PortUnavailableError} if somebody took it meanwhile. */
  comeUp(side: "imap" | "smtp"): Promise<void> {
    return this.#parts.listeners[side].open();
  }

  cutConnections(side: "imap" | "smtp"): void {
    this.#parts.listeners[side].cutConnections();
  }

  /** Same mails, other UIDs. Open sessions go on with what they know; only a new SELECT sees it. */
  bumpUidValidity(mailbox = "INBOX"): void {
    this.#parts.mailboxes.renumber(mailbox);
  }

  /** Sessions that have it open get BYE. Mail for INBOX makes it anew. */
  deleteMailbox(name: string): void {
    const mailbox = this.#parts.mailboxes.find(name);
    if (mailbox !== undefined) this.#parts.mailboxes.delete(mailbox);
  }

  /** Calls off all planned faults; what is down stays down. */
  clear(): void {
    this.#parts.plans.imap.clear();
    this.#parts.plans.smtp.clear();
  }
}
