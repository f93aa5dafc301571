import { expect, test } from "vitest";
import { ownWords } from "../../../src/mail_order_bot_app/domain/own_words.ts";
import { plainTextLines } from "../../../src/mail_order_bot_app/domain/plain_text_lines.ts";

const read = (text: string) => plainTextLines(ownWords(text), false);

test("the lines of a letter are found with their places", () => {
  expect(read("Hello,\n\nCH-1001 4\nCH-1002 2 39.50\n\nRegards\nEmma").lines).toEqual([
    { origin: "text line 3", sku: "CH-1001", quantity: { kind: "whole", value: 4 } },
    { origin: "text line 4", sku: "CH-1002", quantity: { kind: "whole", value: 2 }, unitPrice: 3950 },
  ]);
});

test("the customer's order number is not an article", () => {
  expect(read("PO-4711: CH-1001 4\nOur PO is AB-4712")).toMatchObject({ lines: [{ sku: "CH-1001" }], doubts: [] });
});

test.each([
  ["line_unclear", "CH-1001 4\nand some CH-1002 as usual"],
  ["line_unclear", "CH-1001 4\nKind regards\nEmma\nPS: CH-1002 1"],
  ["forwarded", "CH-1001 4\nBegin forwarded message:\n"],
  ["text_too_long", `CH-1001 4\n${"\n".repeat(6_000)}`],
])("%s keeps an order from being decided alone: %j", (code, text) => {
  expect(read(text).doubts.map((doubt) => doubt.code)).toContain(code);
});

test("a thousand doubts are reported by a few", () => {
  expect(read("some CH-1001\n".repeat(1_000)).doubts.length).toBeLessThanOrEqual(25);
});
