import type { BotIdentity } from "./bot_identity.ts";
import { confirmationOrderId } from "./confirmation_id.ts";
import type { IncomingMail, MailAttachment } from "./incoming_mail.ts";
import type { OrderId } from "./order_id.ts";

/** The part of a returned mail that is looked at for its Message-ID. */
const maxReturnedBytes = 64_000;

/**
 * The order whose confirmation could not be delivered, if the mail is a report of a final failure about one of our own
 * (RFC 3464: `Action: failed`, with the returned mail or its header beside it).
 */
export function undeliverableOrder(mail: IncomingMail, identity: BotIdentity): OrderId | undefined {
  const failed = mail.attachments.some(
    (part) => part.mimeType === "message/delivery-status" && /^action:\s*failed/im.test(latin1(part)),
  );
  if (!failed) return undefined;
  for (const part of mail.attachments) {
    if (part.mimeType !== "message/rfc822" && part.mimeType !== "text/rfc822-headers") continue;
    const messageId = /^message-id:\s*(<[^<>\s]{1,250}>)/im.exec(latin1(part))?.[1];
    const orderId = messageId === undefined ? undefined : confirmationOrderId(messageId, identity);
    if (orderId !== undefined) return orderId;
  }
  return undefined;
}

function latin1(part: MailAttachment): string {
  return new TextDecoder("latin1").decode(part.content.subarray(0, maxReturnedBytes));
}
