import type { BotIdentity } from "./bot_identity.ts";
import type { OrderId } from "./order_id.ts";

/** The Message-ID of what we answer about an order: the same for every attempt to send it, so that a resend is recognised. */
export function confirmationMessageId(orderId: OrderId, revision: number, identity: BotIdentity): string {
  return `<conf-${orderId}-${revision}@${identity.messageIdDomain}>`;
}

/** The order that a Message-ID of ours is about; undefined for anybody else's. */
export function confirmationOrderId(messageId: string, identity: BotIdentity): OrderId | undefined {
  const match = /^<conf-(SO-[0-9A-Z]{12})-\d{1,6}@([^<>@]+)>$/i.exec(messageId);
  if (match?.[2]?.toLowerCase() !== identity.messageIdDomain.toLowerCase()) return undefined;
  return match[1]?.toUpperCase() as OrderId;
}
