import { confirmation } from "../domain/confirmation.ts";
import type { Decision } from "../domain/decision.ts";
import type { OrderId } from "../domain/order_id.ts";
import type { OutgoingMail } from "../domain/outgoing_mail.ts";
import { replyAddress } from "../domain/reply_address.ts";
import { type ReplyHistory, replyBrake } from "../domain/reply_brake.ts";
import type { OrderRules } from "./order_rules.ts";
import type { Understanding } from "./understand_mail.ts";

/** `none`: there is nothing to answer; `withheld`: there is, but the brake holds it back. */
export type Reply =
  | { readonly kind: "none" }
  | { readonly kind: "withheld"; readonly why: string }
  | { readonly kind: "mail"; readonly mail: OutgoingMail };

/** Answers accepted and rejected orders, and nothing else: only trusted senders get that far. */
export function writeReply(
  decision: Decision,
  orderId: OrderId,
  understanding: Understanding,
  history: ReplyHistory,
  rules: OrderRules,
): Reply {
  const { sender, mail, lines, reading } = understanding;
  if (sender.kind !== "trusted" || (decision.kind !== "accept" && decision.kind !== "reject")) return { kind: "none" };
  const why = replyBrake(history, rules.maxRepliesPerHour);
  if (why !== undefined) return { kind: "withheld", why };
  const { poNumber } = reading;
  const answer =
    decision.kind === "accept"
      ? ({ kind: "accepted", order: decision.order } as const)
      : ({ kind: "rejected", lines, ...(poNumber !== undefined && { poNumber }) } as const);
  return {
    kind: "mail",
    mail: confirmation({
      mail,
      to: replyAddress(mail, sender.address, sender.customer),
      customer: sender.customer,
      orderId,
      revision: decision.kind === "accept" ? decision.order.revision : 1,
      answer,
      identity: rules.identity,
    }),
  };
}
