import type { CustomerId } from "../domain/customer.ts";
import type { Decision, DecisionKind } from "../domain/decision.ts";
import type { EarlierMail, MailKeys } from "../domain/duplicates.ts";
import type { OrderId } from "../domain/order_id.ts";
import type { OrderLine } from "../domain/order_line.ts";
import type { OutgoingMail } from "../domain/outgoing_mail.ts";
import type { ReplyHistory } from "../domain/reply_brake.ts";
import type { AuditEvent } from "./audit_event.ts";

/** Keeps every decided mail, the orders and the answers that wait to be sent. */
export interface OrderBook {
  /** What is known about mails like this one and about answers to its sender, in one look. */
  history(question: HistoryQuestion): Promise<MailHistory>;
  /**
   * Stores all of `decided` in one transaction, together with whatever `unitOfWork` stands for (the journal row of the task):
   * all of it or nothing. A second commit for the same task changes nothing and says so.
   */
  commit(decided: DecidedMail, unitOfWork: unknown): Promise<CommitOutcome>;
}

export interface HistoryQuestion {
  /** Mails that share the hash, the Message-ID (same customer) or the order number (same customer) are asked for. */
  readonly keys: MailKeys;
  /** The address an answer would go to, as in `DecidedMail.reply.to`; absent if there will be none. */
  readonly address?: string;
  /** Answers queued before this moment (milliseconds since 1970) no longer count. */
  readonly repliesSinceMs: number;
}

export interface MailHistory {
  /** May include rows of the asking task itself; at most some dozens, newest first. */
  readonly earlier: readonly EarlierMail[];
  /** Without what the asking task itself has answered. */
  readonly replies: ReplyHistory;
}

/** Everything that one mail leaves behind. */
export interface DecidedMail {
  /** The idempotency key. */
  readonly taskId: string;
  /** Under which copies of this mail and further mails about its order are found. `history` gives them back. */
  readonly keys: MailKeys;
  readonly mail: MailSummary;
  readonly customerId?: CustomerId;
  /** `accept` carries the order with its lines; the pair of customer and order number is unique among orders. */
  readonly decision: Decision;
  /** What a person needs to decide; present for every mail that goes to review. */
  readonly review?: ReviewCase;
  /** Goes out through the outbox; its address counts for the brake. */
  readonly reply?: OutgoingMail;
  readonly audit: readonly AuditEvent[];
  /** W3C trace context of the decision: the reply, sent later, continues it. */
  readonly carrier?: TraceContext;
  /** Milliseconds since 1970. */
  readonly decidedAtMs: number;
}

/** https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  readonly traceparent?: string;
  readonly tracestate?: string;
}

/** What is shown of a mail in lists; every text on one line and shortened. */
export interface MailSummary {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly messageId?: string;
  readonly from: string;
  readonly subject: string;
  /** Milliseconds since 1970. */
  readonly receivedAtMs: number;
}

export interface ReviewCase {
  readonly lines: readonly OrderLine[];
  readonly poNumber?: string;
  readonly relatedOrderId?: OrderId;
}

/**
 * `already-committed`: this task was decided before, so this call changed nothing. `conflict`: another mail has just taken the
 * customer's order number, or is a copy of this one that has just become an order; look again and decide again.
 */
export type CommitOutcome =
  | { readonly kind: "committed" }
  | { readonly kind: "already-committed"; readonly decision: DecisionKind; readonly orderId?: OrderId }
  | { readonly kind: "conflict" };
