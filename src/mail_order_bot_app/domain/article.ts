import type { Brand } from "../../app_runtime/base/brand.ts";
import type { Cents } from "./numbers.ts";

/** An article number in its one spelling: upper case, no spaces around it. */
export type Sku = Brand<string, "Sku">;

/** Something we sell. */
export interface Article {
  readonly sku: Sku;
  readonly name: string;
  readonly unitPrice: Cents;
  /** Pieces that can be delivered at once; an order for more becomes a backorder. */
  readonly stock: number;
  /** Sold only in multiples of this. */
  readonly packSize: number;
}

/**
 * The shape by which an article number is recognised inside a sentence: two to six letters, two to eight digits, and up to
 * three further groups, as in "CH-1001" or "TB-2001-OAK". Without a separator it takes three digits, so that "KW47" is not one.
 */
const skuShape = /^(?:[A-Z]{2,6}[-_/.]\d{2,8}|[A-Z]{2,6}\d{3,8})(?:[-_/.][A-Z0-9]{1,8}){0,3}$/i;
const skuInside =
  /(?<![A-Za-z0-9_-])(?:[A-Za-z]{2,6}[-_/.]\d{2,8}|[A-Za-z]{2,6}\d{3,8})(?:[-_/.][A-Za-z0-9]{1,8}){0,3}(?![A-Za-z0-9])/;

/** Whether a word looks like one of our article numbers; a catalogue may only hold numbers of this shape. */
export function looksLikeSku(word: string): boolean {
  return word.length <= 40 && skuShape.test(word);
}

/** Whether something of that shape stands anywhere in the text, for example between two commas. */
export function mentionsSku(text: string): boolean {
  return skuInside.test(text);
}

/** The one spelling of an article number. */
export function toSku(text: string): Sku {
  return text.trim().toUpperCase() as Sku;
}
