import type { Customer } from "./customer.ts";
import { formatMoney, times } from "./numbers.ts";
import type { Order } from "./order.ts";
import type { OrderId } from "./order_id.ts";
import { isFulfillable, type OrderLine } from "./order_line.ts";
import { type Phrases, phrases } from "./phrases.ts";
import { oneLine } from "./safe_text.ts";

/** What an answer says: the order that stands, or the lines because of which there is none. */
export type ConfirmationText =
  | { readonly kind: "accepted"; readonly order: Order }
  | { readonly kind: "rejected"; readonly lines: readonly OrderLine[]; readonly poNumber?: string };

export interface Addressee {
  readonly customer: Customer;
  readonly orderId: OrderId;
}

/** The words of an answer in the customer's language. Of the customer's own words only numbers we have read are repeated. */
export function confirmationText(
  answer: ConfirmationText,
  to: Addressee,
): { readonly subject: string; readonly body: string } {
  const say = phrases[to.customer.language];
  return answer.kind === "accepted"
    ? { subject: say.confirmedSubject(to.orderId), body: accepted(answer.order, to, say) }
    : { subject: say.rejectedSubject(to.orderId), body: rejected(answer.lines, answer.poNumber, to, say) };
}

function accepted(order: Order, { customer }: Addressee, say: Phrases): string {
  const kept = order.lines.filter(isFulfillable);
  const refused = order.lines.filter((line) => !isFulfillable(line));
  return paragraphs([
    say.greeting(oneLine(customer.name, 80)),
    say.thanks(order.id, order.poNumber),
    kept.map((line) => goodsLine(line, customer, say)).join("\n"),
    say.total(formatMoney(order.total, customer.decimalComma)),
    ...(refused.length === 0 ? [] : [say.refused, refused.map((line) => faultLine(line, customer, say)).join("\n")]),
    say.footer,
  ]);
}

function rejected(lines: readonly OrderLine[], poNumber: string | undefined, to: Addressee, say: Phrases): string {
  const faults = lines.filter((line) => line.state.kind !== "accepted");
  return paragraphs([
    say.greeting(oneLine(to.customer.name, 80)),
    say.sorry(poNumber),
    faults.map((line) => faultLine(line, to.customer, say)).join("\n"),
    say.sendAgain,
    say.footer,
  ]);
}

function goodsLine(line: OrderLine, customer: Customer, say: Phrases): string {
  const { unitPrice } = line;
  const price =
    unitPrice === undefined
      ? ""
      : `  ${formatMoney(unitPrice, customer.decimalComma)}  = ${formatMoney(times(unitPrice, line.quantity), customer.decimalComma)}`;
  const later = line.state.kind === "backorder" ? `  (${say.backorder(line.state.available)})` : "";
  return `  ${String(line.quantity).padStart(5)} x ${line.sku.padEnd(12)} ${line.name ?? ""}${price}${later}`;
}

function faultLine(line: OrderLine, customer: Customer, say: Phrases): string {
  return `  ${oneLine(line.sku, 40)}: ${faultSentence(line, customer, say)}`;
}

function faultSentence({ state }: OrderLine, customer: Customer, say: Phrases): string {
  switch (state.kind) {
    case "accepted":
      return "";
    case "backorder":
      return say.backorder(state.available);
    case "unknown_sku":
      return say.unknownSku;
    case "bad_quantity":
      return say.badQuantity[state.why](state.packSize);
    case "price_differs":
      return say.priceDiffers(formatMoney(state.ourPrice, customer.decimalComma));
  }
}

function paragraphs(parts: readonly string[]): string {
  return `${parts.join("\n\n")}\n`;
}
