import { describe, expect, test } from "vitest";
import { readTextLine } from "../../../src/mail_order_bot_app/domain/text_line.ts";

describe("an order line", () => {
  test.each([
    ["CH-1001 4", "CH-1001", 4, undefined],
    ["CH-1001: 4", "CH-1001", 4, undefined],
    ["CH-1001, 4, 49.90", "CH-1001", 4, 4990],
    ["CH-1001;4;49.90", "CH-1001", 4, 4990],
    ["CH-1001 | 4 | 49.90 EUR", "CH-1001", 4, 4990],
    ["CH-1001\t4\t€49.90", "CH-1001", 4, 4990],
    ["ch-1001  4 pcs", "CH-1001", 4, undefined],
    ["4 x CH-1001", "CH-1001", 4, undefined],
    ["4x CH-1001 @ 49.90", "CH-1001", 4, 4990],
    ["4× CH-1001", "CH-1001", 4, undefined],
    ["4xCH-1001", "CH-1001", 4, undefined],
    ["- 4 pcs of CH-1001 at 49.90 EUR each", "CH-1001", 4, 4990],
    ["1) CH-1001 4", "CH-1001", 4, undefined],
    ["* CH-1001 Oak chair (Lund): 4", "CH-1001", 4, undefined],
    ["Please send us 4 of CH-1001", "CH-1001", 4, undefined],
    ["TB-2001 Dining table 180x90 2", "TB-2001", 2, undefined],
    ["2 TB-2010-OAK", "TB-2010-OAK", 2, undefined],
    ["CH1001 4", "CH1001", 4, undefined],
    ["CH-1001 4 for €49.90", "CH-1001", 4, 4990],
    ["We would like to order 4 x CH-1001", "CH-1001", 4, undefined],
    ["CH-1001 1,000", "CH-1001", 1000, undefined],
  ])("%s", (line, sku, value, unitPrice) => {
    const read = readTextLine(line, false);
    expect(read).toEqual({
      kind: "order",
      sku,
      quantity: { kind: "whole", value },
      ...(unitPrice !== undefined && { unitPrice }),
    });
  });

  test.each([
    ["4 Stück CH-1001 zu je 49,90 €", 4, 4990],
    ["Bitte liefern Sie uns 4 Stk. CH-1001 à 49,90 EUR", 4, 4990],
    ["CH-1001;4;49,90", 4, 4990],
    ["Artikel CH-1001 Menge 4 Preis 49,90", 4, 4990],
    ["12Stk CH-1001", 12, undefined],
    ["1.000 x CH-1001", 1000, undefined],
  ])("%s (German)", (line, value, unitPrice) => {
    expect(readTextLine(line, true)).toMatchObject({
      kind: "order",
      quantity: { value },
      ...(unitPrice !== undefined && { unitPrice }),
    });
  });

  test.each(["CH-1001 0", "CH-1001 -3", "CH-1001 2.5"])("%s is read, so that its quantity can be refused", (line) => {
    expect(readTextLine(line, false).kind).toBe("order");
  });
});

describe("a line that may be about an order", () => {
  test.each([
    "we would like some of the CH-1001 please",
    "CH-1001",
    "CH-1001 4 CH-1002 5",
    "4 CH-1001 5",
    "CH-1001 4 49.90 199.60",
    "CH-1001 49.90",
    "CH-1001 4 1,50",
    "CH-1001 2,5",
    "CH-1001 1.000",
    "CH-1001 4 not urgent",
    "not CH-1001 4",
    "CH-1001 four",
    "CH-1001,4,5",
    "the 4 chairs we ordered, CH-1001, are late",
    "CH-1001 4 arrived",
    "CH-1001 4?",
    "2 dozen CH-1001",
    "2 boxes CH-1001",
    "CH-1001 2 Kartons",
    "12-15 CH-1001",
    "ca. 4 CH-1001",
    "CH-1001 4 € 49",
    "CH-1001 4 $49.90",
    "4 x CH-1001 at 49.90 GBP",
    "CH-1001 4 49.90 USD",
    "5 chairs like last time",
    "and two of the small tables",
    "3 pcs of the lamp",
    `${"x".repeat(400)} CH-1001 4`,
  ])("is unclear: %s", (line) => expect(readTextLine(line, false)).toEqual({ kind: "unclear" }));
});

describe("a line that is not about an order", () => {
  test.each([
    "",
    "Hello Mr Lind,",
    "Please deliver before 12 December 2026.",
    "12 December at the latest",
    "We need it in two weeks.",
    "12 Harbour Road",
    "10115 Berlin",
    "Tel. +49 221 123456",
    "Total: 12 pieces",
    "IBAN DE89370400440532013000",
    "Lieferung bis KW47",
    "SKU;Qty;Price",
    "x".repeat(10_000),
  ])("is prose: %s", (line) => expect(readTextLine(line, false)).toEqual({ kind: "prose" }));
});
