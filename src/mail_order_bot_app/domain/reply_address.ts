import type { Customer } from "./customer.ts";
import type { IncomingMail } from "./incoming_mail.ts";
import { domainOf, isPlainAddress } from "./safe_text.ts";

/**
 * Where an answer goes: to the authenticated sender, or to the Reply-To where the customer itself may order from. Any other
 * Reply-To would make us write to strangers.
 */
export function replyAddress(mail: IncomingMail, senderAddress: string, customer: Customer): string {
  const [wish, ...others] = mail.replyTo;
  if (wish === undefined || others.length > 0 || !isPlainAddress(wish.address)) return senderAddress;
  const known = customer.addresses.includes(wish.address) || customer.domains.includes(domainOf(wish.address));
  return known ? wish.address : senderAddress;
}
