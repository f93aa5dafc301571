import { describe, expect, test } from "vitest";
import { csvLines } from "../../../src/mail_order_bot_app/domain/csv_lines.ts";

const table = (...rows: readonly string[]) => ({ name: "order.csv", rows: rows.map((row) => row.split(";")) });
const found = (decimalComma: boolean, ...rows: readonly string[]) => csvLines(table(...rows), decimalComma);

describe("columns", () => {
  test.each([
    ["SKU;Qty;Unit price", "CH-1001;4;49.90"],
    ["Description;Item No.;Quantity;Price (EUR)", "chair;CH-1001;4;49.90"],
    ["qty;product code;;price", "4;CH-1001;;49.90"],
  ])("are known by English names: %s", (header, row) => {
    expect(found(false, header, row)).toMatchObject({
      lines: [{ origin: "order.csv row 2", sku: "CH-1001", quantity: { value: 4 }, unitPrice: 4990 }],
      doubts: [],
    });
  });

  test.each([
    ["Artikel-Nr.;Menge;Einzelpreis", "CH-1001;4;49,90"],
    ["Bezeichnung;Artikelnummer;Anzahl;Preis EUR", "Stuhl;CH-1001;4;49,90 €"],
  ])("are known by German names: %s", (header, row) => {
    expect(found(true, header, row)).toMatchObject({ lines: [{ sku: "CH-1001", unitPrice: 4990 }], doubts: [] });
  });

  test("are known by position when every row looks the part", () => {
    expect(found(false, "CH-1001;4;49.90", "", "CH-1002;2")).toMatchObject({
      lines: [{ sku: "CH-1001" }, { sku: "CH-1002" }],
      doubts: [],
    });
  });

  test("may stand below a letterhead", () => {
    expect(found(false, "Harbour Interiors;;", ";;", "SKU;Qty", "CH-1001;4").lines).toHaveLength(1);
  });

  test.each([
    ["SKU;Qty;Qty", "CH-1001;4;5"],
    ["SKU;Menge;Anzahl", "CH-1001;4;5"],
    ["what;how many", "CH-1001;4"],
    ["CH-1001;4;49.90;red", ""],
    ["", ""],
  ])("are not guessed at: %s", (...rows) => {
    expect(found(false, ...rows)).toMatchObject({ lines: [], doubts: [{ code: "csv_columns_unknown" }] });
  });
});

describe("rows", () => {
  test("of totals and blank rows are passed over", () => {
    expect(found(false, "SKU;Qty;Price", "CH-1001;4;49.90", ";;", "Total;;199.60", "Summe;4;")).toMatchObject({
      lines: [{ sku: "CH-1001" }],
      doubts: [],
    });
  });

  test.each(["CH-1001;a few;", "CH-1001;;", ";4;", "CH-1001;4;1,50", "CH-1001;1.000;", "CH-1001;4;cheap", "=1+1;4;"])(
    "that cannot be read are doubts: %s",
    (row) => {
      expect(found(false, "SKU;Qty;Price", row)).toMatchObject({ lines: [], doubts: [{ code: "csv_row_unclear" }] });
    },
  );

  test("with a decimal comma keep it, whatever separates the cells", () => {
    expect(found(true, "Artikel;Menge;Preis", "HW-9001;10;1,50").lines[0]).toMatchObject({
      quantity: { value: 10 },
      unitPrice: 150,
    });
  });

  test("name articles the catalogue does not know, so that they can be refused by name", () => {
    expect(found(false, "SKU;Qty", "4711;4").lines).toMatchObject([{ sku: "4711" }]);
  });

  test("without end stop being read", () => {
    const rows = Array.from({ length: 2_000 }, () => "CH-1001;4");
    expect(found(false, "SKU;Qty", ...rows).lines.length).toBeLessThanOrEqual(501);
  });
});
