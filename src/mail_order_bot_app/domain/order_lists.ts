import { type Extraction, maxOrderLines } from "./extraction.ts";
import { fingerprintOf } from "./order.ts";
import { reason } from "./reason.ts";

/**
 * Makes one list out of what the text and the files of a mail say. A file wins over a text that says the same; whatever
 * disagrees is a question for a person.
 */
export function oneOrderList(text: Extraction, files: readonly Extraction[]): Extraction {
  const doubts = [...text.doubts, ...files.flatMap((file) => file.doubts)];
  const lists = [...files, text].map((source) => source.lines).filter((lines) => lines.length > 0);
  const lines = lists[0] ?? [];
  if (new Set(lists.map(fingerprintOf)).size > 1) {
    doubts.push(reason("several_order_lists", "Its text and its files, or two of its files, list different orders."));
  }
  if (lines.length > maxOrderLines) {
    doubts.push(reason("too_many_lines", `It has more than ${maxOrderLines} order lines.`));
  }
  return { lines: lines.slice(0, maxOrderLines), doubts };
}
