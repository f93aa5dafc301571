import type { Decision } from "../domain/decision.ts";
import type { IncomingMail, UnreadableMail } from "../domain/incoming_mail.ts";
import { oneLine } from "../domain/safe_text.ts";
import type { AuditEvent } from "./audit_event.ts";
import type { DecidedMail, MailSummary, ReviewCase, TraceContext } from "./order_book.ts";
import type { NotUnderstood, Understanding } from "./understand_mail.ts";
import type { Reply } from "./write_reply.ts";

/** Where and when a decision was made, for the audit trail. */
export interface DecisionStamp {
  readonly taskId: string;
  readonly receivedAtMs: number;
  readonly atMs: number;
  readonly parserVersion: string;
  readonly configVersion?: string;
  readonly traceId?: string;
  readonly carrier?: TraceContext;
}

export interface Decided {
  readonly about: Understanding | NotUnderstood;
  readonly decision: Decision;
  readonly reply: Reply;
}

/** Gathers everything that one mail leaves behind into the one value that is committed. */
export function decidedMail(decided: Decided, stamp: DecisionStamp): DecidedMail {
  const { about, decision, reply } = decided;
  const { mail, keys } = about;
  return {
    taskId: stamp.taskId,
    keys,
    mail: summaryOf(mail, stamp.receivedAtMs),
    ...(keys.customerId !== undefined && { customerId: keys.customerId }),
    decision,
    ...(decision.kind === "review" && { review: reviewCase(decision, about) }),
    ...(reply.kind === "mail" && { reply: reply.mail }),
    audit: auditTrail(decided, stamp),
    ...(stamp.carrier !== undefined && { carrier: stamp.carrier }),
    decidedAtMs: stamp.atMs,
  };
}

function summaryOf(mail: IncomingMail | UnreadableMail, receivedAtMs: number): MailSummary {
  return {
    sha256: mail.sha256,
    sizeBytes: mail.sizeBytes,
    ...(mail.messageId !== undefined && { messageId: mail.messageId }),
    from: oneLine(mail.from[0]?.address ?? "", 254),
    subject: oneLine(mail.subject, 200),
    receivedAtMs,
  };
}

function reviewCase(decision: Extract<Decision, { kind: "review" }>, about: Understanding | NotUnderstood): ReviewCase {
  const { poNumber } = about.keys;
  return {
    lines: about.kind === "understood" ? about.lines : [],
    ...(poNumber !== undefined && { poNumber }),
    ...(decision.relatedOrderId !== undefined && { relatedOrderId: decision.relatedOrderId }),
  };
}

function auditTrail({ about, decision, reply }: Decided, stamp: DecisionStamp): readonly AuditEvent[] {
  const event = (kind: AuditEvent["kind"], detail: string): AuditEvent => ({
    kind,
    atMs: stamp.atMs,
    taskId: stamp.taskId,
    mailSha256: about.mail.sha256,
    ...(decision.kind === "accept" && { orderId: decision.order.id }),
    detail,
    parserVersion: stamp.parserVersion,
    ...(stamp.configVersion !== undefined && { configVersion: stamp.configVersion }),
    ...(stamp.traceId !== undefined && { traceId: stamp.traceId }),
  });
  const events = [event("mail_decided", `${decision.kind}: ${decision.reasons.map((why) => why.sentence).join(" ")}`)];
  if (decision.kind === "accept") events.push(event("order_created", `Order ${decision.order.id} was created.`));
  if (decision.kind === "review") events.push(event("review_opened", "It waits for a person."));
  if (reply.kind === "mail")
    events.push(event("reply_queued", `An answer to ${reply.mail.to.address} waits to be sent.`));
  if (reply.kind === "withheld") events.push(event("reply_withheld", reply.why));
  return events;
}
