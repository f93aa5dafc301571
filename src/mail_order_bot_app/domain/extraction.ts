import type { Sku } from "./article.ts";
import type { Cents, QuantityReading } from "./numbers.ts";
import type { Reason } from "./reason.ts";
import { oneLine } from "./safe_text.ts";

/** What the customer asks for, before it is held against the catalogue. */
export interface RequestedLine {
  /** Where it stands: "text line 4", "order.csv row 3". */
  readonly origin: string;
  readonly sku: Sku;
  readonly quantity: QuantityReading;
  /** The price the customer expects for one piece, if the mail names one. */
  readonly unitPrice?: Cents;
}

/** What was read. A single doubt keeps the whole order from being decided without a person. */
export interface Extraction {
  readonly lines: readonly RequestedLine[];
  readonly doubts: readonly Reason[];
}

export const nothingExtracted: Extraction = { lines: [], doubts: [] };

/** More order lines than this go to a person. */
export const maxOrderLines = 500;

/** A stranger's words, short enough to stand in a sentence of ours. */
export function quote(text: string): string {
  return `"${oneLine(text, 80)}"`;
}
