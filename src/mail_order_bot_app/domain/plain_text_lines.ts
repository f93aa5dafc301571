import { type Extraction, quote, type RequestedLine } from "./extraction.ts";
import type { NumberedLine, OwnWords } from "./own_words.ts";
import { withoutPoNumber } from "./purchase_order_number.ts";
import { type Reason, reason } from "./reason.ts";
import { readTextLine } from "./text_line.ts";

/** A person reads the whole mail anyway; more than this does not help them. */
const maxDoubts = 20;

/** Finds the order lines in the sender's own words. */
export function plainTextLines(words: OwnWords, decimalComma: boolean): Extraction {
  const lines: RequestedLine[] = [];
  const doubts: Reason[] = [];
  for (const { number, text } of words.body) {
    const read = readTextLine(withoutPoNumber(text), decimalComma);
    if (read.kind === "order") {
      const { kind: _, ...order } = read;
      lines.push({ origin: `text line ${number}`, ...order });
    } else if (read.kind === "unclear" && doubts.length < maxDoubts) {
      doubts.push(reason("line_unclear", `Text line ${number} is not clear: ${quote(text)}.`));
    }
  }
  return { lines, doubts: [...doubts, ...doubtsAboutTheWhole(words, decimalComma)] };
}

function doubtsAboutTheWhole(words: OwnWords, decimalComma: boolean): readonly Reason[] {
  const doubts: Reason[] = [];
  const postscript = words.afterClosing.find((line) => isOrderLine(line, decimalComma));
  if (postscript !== undefined) {
    doubts.push(reason("line_unclear", `An order line stands below the closing: ${quote(postscript.text)}.`));
  }
  if (words.forwarded) doubts.push(reason("forwarded", "It forwards a mail; whose order that is, a person must say."));
  if (words.cut) doubts.push(reason("text_too_long", "The text is longer than an order; its end was not read."));
  return doubts;
}

function isOrderLine({ text }: NumberedLine, decimalComma: boolean): boolean {
  return readTextLine(withoutPoNumber(text.replace(/^\s{0,40}p\.?s\.?:?\s/i, "")), decimalComma).kind === "order";
}
