import { formatMoney } from "./numbers.ts";
import type { OrderLine, QuantityFault } from "./order_line.ts";
import { type Reason, reason } from "./reason.ts";

/** What is wrong with a line, for the person who decides or looks it up; nothing if it is accepted as it is. */
export function describeLine(line: OrderLine): readonly Reason[] {
  const { state } = line;
  const where = `${line.sku} (${line.origin})`;
  switch (state.kind) {
    case "accepted":
      return [];
    case "backorder":
      return [reason("line_backorder", `${where}: ${line.quantity} ordered, ${state.available} in stock.`)];
    case "unknown_sku":
      return [reason("line_unknown_sku", `${where}: the catalogue does not have this article.`)];
    case "bad_quantity":
      return [reason("line_bad_quantity", `${where}: ${quantitySentence(state.why, state.packSize)}`)];
    case "price_differs": {
      const asked = line.askedPrice === undefined ? "another price" : formatMoney(line.askedPrice, false);
      return [
        reason(
          "line_price_differs",
          `${where}: the mail says ${asked}, ours is ${formatMoney(state.ourPrice, false)}.`,
        ),
      ];
    }
  }
}

function quantitySentence(why: QuantityFault, packSize: number): string {
  switch (why) {
    case "not-positive":
      return "the quantity is not above zero.";
    case "not-whole":
      return "the quantity is not a whole number.";
    case "too-many":
      return "the quantity is above what can be ordered by mail.";
    case "not-in-packs":
      return `it is sold in packs of ${packSize}.`;
  }
}
