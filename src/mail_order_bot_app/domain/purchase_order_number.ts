import { quote } from "./extraction.ts";
import { type Reason, reason } from "./reason.ts";

/** What the mail says about the customer's own number for this order. */
export type PoNumberReading =
  | { readonly kind: "none" }
  /** `number` is in its one spelling: upper case, without a leading "PO". */
  | { readonly kind: "one"; readonly number: string }
  | { readonly kind: "unclear"; readonly doubt: Reason };

// The value needs a digit, and three characters, or "order 4 x CH-1001" would be order number 4.
const value = "((?=[A-Z._/-]{0,20}\\d)[A-Z0-9][A-Z0-9._/-]{1,28}[A-Z0-9])(?![A-Z0-9])";
const numberWord = "(?:\\s*[-.]?\\s*(?:no|nr|num|number|nummer|ref|reference))";
const strong = new RegExp(
  `(?<![A-Z0-9-])(?:` +
    `(?:purchase[ -]order|p\\.?o\\.?)${numberWord}?(?:\\s+is)?\\s*[.:#-]{0,2}\\s*#?` +
    `|(?:our|your )?(?:order|bestellung|bestell|auftrags?)(?:${numberWord}\\.?\\s*[:#]?|\\s*#)\\s*` +
    `|(?:unsere )?(?:bestellnummer|auftragsnummer|bestellzeichen)\\s*(?:ist|lautet)?\\s*[:#]?\\s*` +
    `)${value}`,
  "gi",
);
/** In a subject the bare word is enough: "Bestellung 2025-118". */
const inSubject =
  /(?<![A-Z0-9-])(?:order|bestellung|auftrag)\s+((?=[A-Z._/-]{0,20}\d)[A-Z0-9][A-Z0-9._/-]{2,28}[A-Z0-9])(?![A-Z0-9])/gi;

/** Finds the customer's order number in the subject and the sender's own words. Two different ones are a question for a person. */
export function readPoNumber(subject: string, lines: readonly string[]): PoNumberReading {
  const found = new Set<string>();
  for (const text of [subject, ...lines])
    for (const match of matchesIn(text, strong)) found.add(spelled(match[1] ?? ""));
  if (found.size === 0) for (const match of matchesIn(subject, inSubject)) found.add(spelled(match[1] ?? ""));
  const numbers = [...found];
  if (numbers.length > 1) {
    const sentence = `It names several order numbers: ${numbers.slice(0, 5).map(quote).join(", ")}.`;
    return { kind: "unclear", doubt: reason("po_number_unclear", sentence) };
  }
  return numbers[0] === undefined ? { kind: "none" } : { kind: "one", number: numbers[0] };
}

/** The line without the customer's order number, which would otherwise look like an article number. */
export function withoutPoNumber(line: string): string {
  return line.length > maxLineLength || !hasDigit(line) ? line : line.replaceAll(strong, " ");
}

const maxLineLength = 1_000;

/** No number is without a digit, and most lines are. */
function matchesIn(text: string, pattern: RegExp): Iterable<RegExpExecArray> {
  const bounded = text.slice(0, maxLineLength);
  return hasDigit(bounded) ? bounded.matchAll(pattern) : [];
}

function hasDigit(text: string): boolean {
  return /\d/.test(text);
}

function spelled(number: string): string {
  return number.toUpperCase().replace(/^P\.?O\.?[-_/ ]?(?=[A-Z0-9])/, "");
}
