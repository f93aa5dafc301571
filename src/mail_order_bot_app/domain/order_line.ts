import type { Article, Sku } from "./article.ts";
import type { RequestedLine } from "./extraction.ts";
import type { Cents, QuantityReading } from "./numbers.ts";

/** What becomes of one line of an order. */
export type LineState =
  | { readonly kind: "accepted" }
  /** Ordered, but `available` pieces are all that can be sent now. */
  | { readonly kind: "backorder"; readonly available: number }
  | { readonly kind: "unknown_sku" }
  | { readonly kind: "bad_quantity"; readonly why: QuantityFault; readonly packSize: number }
  | { readonly kind: "price_differs"; readonly ourPrice: Cents };

export type QuantityFault = "not-positive" | "not-whole" | "too-many" | "not-in-packs";

/** One line of an order, held against the catalogue. */
export interface OrderLine {
  /** 1 for the first line. */
  readonly position: number;
  readonly origin: string;
  readonly sku: Sku;
  /** 0 where the quantity is not a whole positive number. */
  readonly quantity: number;
  /** The article's name; absent if we do not know the article. */
  readonly name?: string;
  /** Our price for one piece; absent if we do not know the article. */
  readonly unitPrice?: Cents;
  /** The price the customer named, if any. */
  readonly askedPrice?: Cents;
  readonly state: LineState;
}

export interface LineRules {
  readonly maxQuantity: number;
  /** In hundredths of a percent of our price. */
  readonly priceTolerance: number;
}

/** Holds every line against the catalogue. Two lines for one article share its stock. */
export function judgeLines(
  requested: readonly RequestedLine[],
  articles: ReadonlyMap<Sku, Article>,
  rules: LineRules,
): readonly OrderLine[] {
  const taken = new Map<Sku, number>();
  return requested.map((line, index) => {
    const article = articles.get(line.sku);
    const state = judge(line, article, rules, taken.get(line.sku) ?? 0);
    const quantity = pieces(line.quantity);
    if (state.kind === "accepted" || state.kind === "backorder") {
      taken.set(line.sku, (taken.get(line.sku) ?? 0) + quantity);
    }
    return {
      position: index + 1,
      origin: line.origin,
      sku: line.sku,
      quantity,
      ...(article && { name: article.name, unitPrice: article.unitPrice }),
      ...(line.unitPrice !== undefined && { askedPrice: line.unitPrice }),
      state,
    };
  });
}

/** Whether a line becomes part of an order, now or later. */
export function isFulfillable(line: OrderLine): boolean {
  return line.state.kind === "accepted" || line.state.kind === "backorder";
}

function judge(line: RequestedLine, article: Article | undefined, rules: LineRules, taken: number): LineState {
  if (article === undefined) return { kind: "unknown_sku" };
  const why = quantityFault(line.quantity, article, rules);
  if (why !== undefined) return { kind: "bad_quantity", why, packSize: article.packSize };
  if (priceDiffers(line.unitPrice, article.unitPrice, rules)) {
    return { kind: "price_differs", ourPrice: article.unitPrice };
  }
  const available = Math.max(0, article.stock - taken);
  return pieces(line.quantity) <= available ? { kind: "accepted" } : { kind: "backorder", available };
}

function quantityFault(quantity: QuantityReading, article: Article, rules: LineRules): QuantityFault | undefined {
  if (quantity.kind !== "whole") return "not-whole";
  if (quantity.value <= 0) return "not-positive";
  if (quantity.value > rules.maxQuantity) return "too-many";
  if (quantity.value % article.packSize !== 0) return "not-in-packs";
  return undefined;
}

function priceDiffers(asked: Cents | undefined, ours: Cents, rules: LineRules): boolean {
  // Both sides times 10,000, so that the comparison stays among whole numbers.
  return asked !== undefined && Math.abs(asked - ours) * 10_000 > ours * rules.priceTolerance;
}

function pieces(quantity: QuantityReading): number {
  return quantity.kind === "whole" ? Math.max(0, quantity.value) : 0;
}
