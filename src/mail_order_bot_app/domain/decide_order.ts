import type { Sender } from "./authenticate_sender.ts";
import type { MailClass } from "./classify_mail.ts";
import type { Customer } from "./customer.ts";
import type { Decision } from "./decision.ts";
import type { EarlierMail, Repetition } from "./duplicates.ts";
import { type Order, totalOf } from "./order.ts";
import type { OrderId } from "./order_id.ts";
import { isFulfillable, type OrderLine } from "./order_line.ts";
import { describeLine } from "./order_line_sentence.ts";
import { type Reason, reason } from "./reason.ts";

/** All that is known about a mail when it is decided. */
export interface OrderFacts {
  /** The id the order will have, if it becomes one. */
  readonly orderId: OrderId;
  readonly mailClass: MailClass;
  /** The order whose confirmation this mail reports as undeliverable. */
  readonly undeliverable?: OrderId;
  /** It answers a confirmation of ours. */
  readonly answersOrder?: OrderId;
  readonly sender: Sender;
  readonly poNumber?: string;
  readonly lines: readonly OrderLine[];
  readonly doubts: readonly Reason[];
  readonly repetition: Repetition;
}

/**
 * Decides what becomes of a mail: what is automatic or already known is ignored, what is not certain goes to a person, and
 * only an order that was understood completely is accepted or rejected.
 */
export function decideOrder(facts: OrderFacts): Decision {
  return (
    decideByClass(facts) ??
    decideBySender(facts) ??
    decideByHistory(facts) ??
    decideByDoubts(facts) ??
    decideByLines(facts)
  );
}

/** RFC 3834: never answered. But an order from a customer's machine, or a failed confirmation, is something a person must see. */
function decideByClass({ mailClass, undeliverable, sender, lines }: OrderFacts): Decision | undefined {
  if (mailClass.kind === "personal") return undefined;
  if (undeliverable !== undefined) {
    const sentence = `Our answer about order ${undeliverable} could not be delivered.`;
    return { kind: "review", reasons: [reason("reply_undeliverable", sentence)], relatedOrderId: undeliverable };
  }
  const automatic = reason("automatic_mail", mailClass.sentence);
  if (mailClass.kind === "automatic" && sender.customer !== undefined && lines.length > 0) {
    const withOrder = reason(
      "automatic_mail_with_order",
      `Yet it lists an order in the name of ${sender.customer.name}.`,
    );
    return { kind: "review", reasons: [automatic, withOrder] };
  }
  return { kind: "ignore", reasons: [automatic] };
}

/** A stranger's mail is not even looked at for an order; a second copy of it need not be looked at twice. */
function decideBySender({ sender, repetition }: OrderFacts): Decision | undefined {
  if (sender.kind === "trusted") return undefined;
  if (repetition.kind === "duplicate") return duplicateOf(repetition.of);
  return { kind: "review", reasons: [sender.reason] };
}

function decideByHistory({ repetition, answersOrder, doubts }: OrderFacts): Decision | undefined {
  if (repetition.kind === "duplicate") return duplicateOf(repetition.of);
  if (repetition.kind === "new") {
    if (answersOrder === undefined) return undefined;
    const answer = reason("answers_our_mail", `It answers our mail about order ${answersOrder}.`);
    return { kind: "review", reasons: [answer, ...doubts], relatedOrderId: answersOrder };
  }
  const { orderId } = repetition.of;
  return { kind: "review", reasons: [sentenceOf(repetition), ...doubts], ...(orderId && { relatedOrderId: orderId }) };
}

function decideByDoubts({ doubts, lines }: OrderFacts): Decision | undefined {
  if (doubts.length > 0) return { kind: "review", reasons: doubts };
  if (lines.length === 0)
    return { kind: "review", reasons: [reason("nothing_ordered", "No order line was found in it.")] };
  return undefined;
}

function decideByLines(facts: OrderFacts): Decision {
  const { sender, lines } = facts;
  if (sender.kind !== "trusted") return { kind: "review", reasons: [sender.reason] };
  const problems = lines.flatMap(describeLine);
  if (problems.length === 0) {
    return {
      kind: "accept",
      order: orderOf(facts, sender.customer),
      reasons: [reason("all_lines_accepted", "Every line can be delivered.")],
    };
  }
  switch (sender.customer.policy) {
    case "all-or-nothing":
      return { kind: "reject", reasons: problems };
    case "review":
      return { kind: "review", reasons: problems };
    case "partial":
      return lines.some(isFulfillable)
        ? { kind: "accept", order: orderOf(facts, sender.customer), reasons: [somePossible(lines), ...problems] }
        : { kind: "reject", reasons: problems };
  }
}

function orderOf({ orderId, poNumber, lines }: OrderFacts, customer: Customer): Order {
  return {
    id: orderId,
    revision: 1,
    customerId: customer.id,
    ...(poNumber !== undefined && { poNumber }),
    lines,
    total: totalOf(lines),
    currency: "EUR",
  };
}

function somePossible(lines: readonly OrderLine[]): Reason {
  const now = lines.filter((line) => line.state.kind === "accepted").length;
  return reason("some_lines_accepted", `${now} of ${lines.length} lines can be delivered as ordered.`);
}

/** The decision about a copy of a mail that was decided before. */
export function duplicateOf(earlier: EarlierMail): Decision {
  const became =
    earlier.orderId === undefined ? `was decided as "${earlier.decision}"` : `became order ${earlier.orderId}`;
  const reasons = [reason("duplicate", `It is a copy of a mail that ${became}.`)];
  return { kind: "ignore", reasons, ...(earlier.orderId && { earlierOrderId: earlier.orderId }) };
}

function sentenceOf(repetition: Exclude<Repetition, { kind: "new" }>): Reason {
  const { orderId, poNumber } = repetition.of;
  const about = orderId === undefined ? "a mail that waits for review" : `order ${orderId}`;
  if (repetition.kind === "amendment") {
    return reason("amendment", `It has the order number ${poNumber} of ${about}, but other content.`);
  }
  return reason("message_id_reused", `It has the Message-ID of ${about}, but other content.`);
}
