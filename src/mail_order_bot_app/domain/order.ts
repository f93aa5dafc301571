import type { CustomerId } from "./customer.ts";
import type { RequestedLine } from "./extraction.ts";
import { type Cents, times } from "./numbers.ts";
import type { OrderId } from "./order_id.ts";
import { isFulfillable, type OrderLine } from "./order_line.ts";

/** An order that stands. It keeps the lines that were refused, so that the whole story is in one place. */
export interface Order {
  readonly id: OrderId;
  /** 1 for the order as it first came. */
  readonly revision: number;
  readonly customerId: CustomerId;
  /** The customer's own number, in its one spelling; unique per customer. */
  readonly poNumber?: string;
  readonly lines: readonly OrderLine[];
  /** The sum over the lines that are delivered now or later. */
  readonly total: Cents;
  readonly currency: "EUR";
}

/** The sum over the fulfillable lines. */
export function totalOf(lines: readonly OrderLine[]): Cents {
  const sum = lines
    .filter(isFulfillable)
    .reduce((cents, line) => cents + times(line.unitPrice ?? (0 as Cents), line.quantity), 0);
  return sum as Cents;
}

/** The same for two mails that order the same: articles, quantities and expected prices, in whatever order they are listed. */
export function fingerprintOf(lines: readonly RequestedLine[]): string {
  return lines
    .map(
      (line) =>
        `${line.sku}*${line.quantity.kind === "whole" ? line.quantity.value : line.quantity.text}@${line.unitPrice ?? ""}`,
    )
    .sort()
    .join(";");
}
