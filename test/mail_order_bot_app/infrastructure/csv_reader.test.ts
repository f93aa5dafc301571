import { describe, expect, test } from "vitest";
import { csvLines } from "../../../src/mail_order_bot_app/domain/csv_lines.ts";
import { sniffDelimiter } from "../../../src/mail_order_bot_app/infrastructure/csv_delimiter.ts";
import { CsvReader } from "../../../src/mail_order_bot_app/infrastructure/csv_reader.ts";
import { decodeText } from "../../../src/mail_order_bot_app/infrastructure/text_decoding.ts";

const read = (content: string | Uint8Array, limits = {}) =>
  new CsvReader({ limits }).read({
    name: "order.csv",
    mimeType: "text/csv",
    inline: false,
    content: typeof content === "string" ? Buffer.from(content) : content,
  });

describe("the delimiter", () => {
  test.each([
    [";", "SKU;Qty;Price\nHW-9001;10;1,50\nCH-1001;4;49,90"],
    [";", "HW-9001;10;1,50\nCH-1001;4;49,90"],
    [";", "sep=;\nSKU;Name, long, with, commas\nCH-1001;x"],
    [",", "SKU,Qty,Price\nCH-1001,4,49.90"],
    [",", '"Oak; big; heavy",SKU\n"Beech; small",x'],
    ["\t", "SKU\tQty\tPrice\nCH-1001\t4\t49,90"],
    ["|", "SKU|Qty\nCH-1001|4"],
    [";", "Harbour Interiors, Bristol\n\nSKU;Qty\nCH-1001;4\nCH-1002;5\nCH-1003;6"],
  ])("is %j in %j", (delimiter, text) => expect(sniffDelimiter(text)).toBe(delimiter));

  test.each(["", "CH-1001", "CH-1001\nCH-1002"])("is none in %j", (text) => {
    expect(sniffDelimiter(text)).toBeUndefined();
  });
});

test("a decimal comma in a file of semicolons stays within its cell", async () => {
  const table = await read("Artikel;Menge;Preis\r\nHW-9001;10;1,50\r\n");
  expect(table).toMatchObject({
    kind: "table",
    rows: [
      ["Artikel", "Menge", "Preis"],
      ["HW-9001", "10", "1,50"],
    ],
  });
  expect(table.kind === "table" && csvLines(table, true).lines).toMatchObject([
    { quantity: { value: 10 }, unitPrice: 150 },
  ]);
});

describe("the encoding", () => {
  const text = "Größe;Ä";
  const utf16 = Buffer.from(text, "utf16le");
  test.each([
    ["utf-8", Buffer.from(text)],
    ["utf-8", Buffer.from(`\ufeff${text}`)],
    ["utf-16le", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["utf-16le", utf16],
    ["utf-16be", Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
    ["utf-16be", Buffer.from(utf16).swap16()],
    ["windows-1252", Buffer.from(text, "latin1")],
  ])("%s is recognised", (encoding, bytes) => expect(decodeText(bytes)).toEqual({ encoding, text }));

  test("windows-1252 knows the euro sign", () => expect(decodeText(Buffer.from([0x80])).text).toBe("€"));
});

describe("a file", () => {
  test("may be quoted, ragged and full of blank lines", async () => {
    expect(await read('SKU;Name;Qty\n"CH-1001";"the ""big""; one";4\n\nCH-1002\n')).toMatchObject({
      rows: [["SKU", "Name", "Qty"], ["CH-1001", 'the "big"; one', "4"], [""], ["CH-1002"]],
    });
  });

  test.each([
    ["bytes", "SKU;Qty\n", { maxBytes: 5 }],
    ["rows", "CH-1001;4\n".repeat(20), { maxRows: 10 }],
    ["columns", `${"x;".repeat(20)}\n`, { maxColumns: 10 }],
    ["cells", `${"x".repeat(20)};4\n`, { maxCellCharacters: 10 }],
  ])("with too many or too long %s is unreadable", async (_, text, limits) => {
    expect((await read(text, limits)).kind).toBe("unreadable");
  });

  test.each([
    ["an open quote", 'SKU;Qty\n"CH-1001;4'],
    ["an archive", Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 8, 0, 0x3b, 0])],
  ])("that is %s is unreadable, with a sentence", async (_, content) => {
    expect(await read(content)).toMatchObject({ kind: "unreadable", detail: expect.stringMatching(/\.$/) });
  });

  test("that is empty is an empty table", async () =>
    expect(await read("")).toMatchObject({ kind: "table", rows: [] }));
});
