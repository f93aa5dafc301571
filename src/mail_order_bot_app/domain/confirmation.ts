import { type BotIdentity, loopHeader } from "./bot_identity.ts";
import { confirmationMessageId } from "./confirmation_id.ts";
import { type ConfirmationText, confirmationText } from "./confirmation_text.ts";
import type { Customer } from "./customer.ts";
import type { IncomingMail } from "./incoming_mail.ts";
import type { OrderId } from "./order_id.ts";
import type { OutgoingMail } from "./outgoing_mail.ts";
import { isMessageId, oneLine } from "./safe_text.ts";

/** What an answer is made from. */
export interface ConfirmationParts {
  readonly mail: IncomingMail;
  /** See `replyAddress`. */
  readonly to: string;
  readonly customer: Customer;
  readonly orderId: OrderId;
  readonly revision: number;
  readonly answer: ConfirmationText;
  readonly identity: BotIdentity;
}

/** Longer threads keep their first mail and the newest. */
const maxReferences = 20;

/** The answer to an order mail: it belongs to the customer's thread, goes to the customer alone and asks for no answer. */
export function confirmation(parts: ConfirmationParts): OutgoingMail {
  const { mail, orderId, revision, customer, identity } = parts;
  const text = confirmationText(parts.answer, { customer, orderId });
  return {
    messageId: confirmationMessageId(orderId, revision, identity),
    envelopeFrom: "",
    from: { name: oneLine(identity.name, 80), address: identity.address },
    to: { name: oneLine(customer.name, 80), address: parts.to },
    subject: `${text.subject}: ${oneLine(withoutRe(mail.subject), 100) || "-"}`,
    ...(mail.messageId !== undefined && isMessageId(mail.messageId) && { inReplyTo: mail.messageId }),
    references: references(mail),
    headers: { "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", [loopHeader]: orderId },
    text: text.body,
  };
}

/** RFC 5322 §3.6.4: the chain of the answered mail, then the mail itself. */
function references(mail: IncomingMail): readonly string[] {
  const chain = mail.references.length > 0 ? mail.references : mail.inReplyTo.slice(0, 1);
  const all = [...chain, ...(mail.messageId === undefined ? [] : [mail.messageId])].filter(isMessageId);
  const unique = [...new Set(all)];
  return unique.length <= maxReferences ? unique : [...unique.slice(0, 1), ...unique.slice(1 - maxReferences)];
}

function withoutRe(subject: string): string {
  return subject.slice(0, 1_000).replace(/^(?:\s{0,5}(?:re|aw|fwd?|wg)\s?:)+/i, "");
}
