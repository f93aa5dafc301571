import { expect, test } from "vitest";
import { readPoNumber, withoutPoNumber } from "../../../src/mail_order_bot_app/domain/purchase_order_number.ts";

test.each([
  ["PO 4711", "4711"],
  ["PO-4711", "4711"],
  ["po#4711.", "4711"],
  ["P.O. No. 4711", "4711"],
  ["our PO: PO-2026-118", "2026-118"],
  ["Purchase order NH-5520", "NH-5520"],
  ["Our PO number is ab/4711", "AB/4711"],
  ["Order no. 4711", "4711"],
  ["order #4711", "4711"],
  ["Bestellnummer: L-77/26", "L-77/26"],
  ["Bestell-Nr. 2026-0815", "2026-0815"],
  ["Auftragsnr. 4711", "4711"],
])("%s names order number %s", (text, number) => {
  expect(readPoNumber("", [text])).toEqual({ kind: "one", number });
});

test("in a subject the bare word is enough", () => {
  expect(readPoNumber("Bestellung 2026-118", [])).toEqual({ kind: "one", number: "2026-118" });
  expect(readPoNumber("", ["Bestellung 2026-118"])).toEqual({ kind: "none" });
});

test.each([
  "order 4 x CH-1001",
  "PO Box 12345",
  "Bestellung: CH-1001 4",
  "order 12 chairs",
  "depot 4711",
  "please order",
  "",
])("%s names none", (text) => expect(readPoNumber(text, [text])).toEqual({ kind: "none" }));

test("the same number in two spellings is one number", () => {
  expect(readPoNumber("PO 4711", ["our PO-4711", "PO: po-4711"])).toEqual({ kind: "one", number: "4711" });
});

test("two numbers are a question for a person", () => {
  expect(readPoNumber("PO 4711", ["PO 4712"])).toMatchObject({ kind: "unclear", doubt: { code: "po_number_unclear" } });
});

test("the rest of the line stays", () => {
  expect(withoutPoNumber("PO 4711: 4 x CH-1001").trim()).toBe(": 4 x CH-1001");
});
