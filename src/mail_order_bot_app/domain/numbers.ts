import type { Brand } from "../../app_runtime/base/brand.ts";

/** Money as a whole number of cents; never a fraction, so that sums are exact. The bot trades in one currency. */
export type Cents = Brand<number, "Cents">;

/** How many pieces, as it was written. What is not whole can be judged, what is not a number cannot. */
export type QuantityReading =
  | { readonly kind: "whole"; readonly value: number }
  | { readonly kind: "not-whole"; readonly text: string }
  | { readonly kind: "unreadable"; readonly text: string };

interface DecimalParts {
  readonly negative: boolean;
  readonly whole: string;
  readonly fraction: string;
}

const pointNumber = /^(-?)(\d{1,12}|\d{1,3}(?:,\d{3}){1,3})(?:\.(\d{1,6}))?$/;
const commaNumber = /^(-?)(\d{1,12}|\d{1,3}(?:\.\d{3}){1,3})(?:,(\d{1,6}))?$/;

/**
 * An amount such as "1,234.50", "49.9" or "12"; with `decimalComma` "1.234,50". Undefined for anything else, also for what
 * would mean something else to the other half of the world ("1,50" without `decimalComma`): a guess is worse than a question.
 */
export function readMoney(text: string, decimalComma: boolean): Cents | undefined {
  const parts = splitDecimal(text, decimalComma);
  if (parts === undefined || parts.negative || parts.fraction.length > 2) return undefined;
  return (Number(parts.whole) * 100 + Number(parts.fraction.padEnd(2, "0"))) as Cents;
}

/** "12", "1.000" with `decimalComma`, also "12,00". Three decimals are unreadable: they may be thousands. */
export function readQuantity(text: string, decimalComma: boolean): QuantityReading {
  const parts = splitDecimal(text, decimalComma);
  if (parts === undefined || parts.fraction.length === 3) return { kind: "unreadable", text };
  if (/[1-9]/.test(parts.fraction)) return { kind: "not-whole", text };
  const value = Number(parts.whole);
  return { kind: "whole", value: parts.negative && value !== 0 ? -value : value };
}

/** "1234.50 EUR" or, with `decimalComma`, "1234,50 EUR". */
export function formatMoney(amount: Cents, decimalComma: boolean): string {
  const whole = Math.trunc(amount / 100);
  const cents = String(amount % 100).padStart(2, "0");
  return `${whole}${decimalComma ? "," : "."}${cents} EUR`;
}

/** The price of `quantity` pieces. Exact, because quantities and prices are bounded whole numbers. */
export function times(unitPrice: Cents, quantity: number): Cents {
  return (unitPrice * quantity) as Cents;
}

function splitDecimal(text: string, decimalComma: boolean): DecimalParts | undefined {
  const match = (decimalComma ? commaNumber : pointNumber).exec(text.trim());
  if (match === null) return undefined;
  const whole = (match[2] ?? "").replaceAll(/[.,]/g, "");
  return { negative: match[1] === "-", whole, fraction: match[3] ?? "" };
}
