import { looksLikeSku, toSku } from "./article.ts";
import { type Extraction, maxOrderLines, quote, type RequestedLine } from "./extraction.ts";
import { type Cents, readMoney, readQuantity } from "./numbers.ts";
import { type Reason, reason } from "./reason.ts";

/** A file of rows and cells, already split. */
export interface Table {
  /** The file's safe name. */
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
}

/** Which column holds what; -1 where there is none. */
interface Columns {
  readonly sku: number;
  readonly quantity: number;
  readonly price: number;
  readonly firstRow: number;
}

/** Exports from accounting programs begin with a few rows of letterhead. */
const maxRowsBeforeHeader = 10;
const maxDoubts = 20;

const headerWords: Readonly<Record<"sku" | "quantity" | "price", ReadonlySet<string>>> = {
  sku: new Set(
    "sku article articleno articlenumber artikel artikelnr artikelnummer artnr item itemno itemnumber itemcode product productcode productno code material materialnr materialnummer".split(
      " ",
    ),
  ),
  quantity: new Set("qty quantity orderqty menge bestellmenge anzahl stück stueck stk pieces pcs units".split(" ")),
  price: new Set(
    "price unitprice priceeur unitpriceeur preis einzelpreis stückpreis stueckpreis preiseur einzelpreiseur ep netprice nettopreis".split(
      " ",
    ),
  ),
};

/** Finds the order lines in a table: by its header in English or German, else by position if the first cells look the part. */
export function csvLines(table: Table, decimalComma: boolean): Extraction {
  const columns = columnsByHeader(table) ?? columnsByPosition(table);
  if (columns === undefined) {
    const sentence = `${quote(table.name)} has no columns that we know as article and quantity.`;
    return { lines: [], doubts: [reason("csv_columns_unknown", sentence)] };
  }
  const lines: RequestedLine[] = [];
  const doubts: Reason[] = [];
  for (let i = columns.firstRow; i < table.rows.length && lines.length <= maxOrderLines; i += 1) {
    const row = table.rows[i] ?? [];
    if (isEmpty(row) || isTotal(row, columns)) continue;
    const line = readRow(row, columns, `${table.name} row ${i + 1}`, decimalComma);
    if (line !== undefined) lines.push(line);
    else if (doubts.length < maxDoubts) {
      doubts.push(
        reason("csv_row_unclear", `Row ${i + 1} of ${quote(table.name)} is not clear: ${quote(row.join(" | "))}.`),
      );
    }
  }
  return { lines, doubts };
}

function columnsByHeader({ rows }: Table): Columns | undefined {
  for (let i = 0; i < Math.min(rows.length, maxRowsBeforeHeader); i += 1) {
    const names = (rows[i] ?? []).map((cell) => cell.toLowerCase().replaceAll(/[^\p{L}]/gu, ""));
    const sku = onlyColumn(names, headerWords.sku);
    const quantity = onlyColumn(names, headerWords.quantity);
    const price = onlyColumn(names, headerWords.price);
    if (sku >= 0 && quantity >= 0 && price !== several) return { sku, quantity, price, firstRow: i + 1 };
    if (sku === several || quantity === several) return undefined;
  }
  return undefined;
}

const several = -2;

/** Two columns with the same meaning are a question for a person. */
function onlyColumn(names: readonly string[], known: ReadonlySet<string>): number {
  const [first, ...others] = names.flatMap((name, i) => (known.has(name) ? [i] : []));
  if (others.length > 0) return several;
  return first ?? -1;
}

/** Without a header: article, quantity and perhaps a price, in that order and in every row. */
function columnsByPosition({ rows }: Table): Columns | undefined {
  const filled = rows.filter((row) => !isEmpty(row));
  const fits = filled.every(([sku = "", quantity = "", price = "", ...rest]) => {
    return (
      looksLikeSku(sku.trim()) && isNumeric(quantity) && (price.trim() === "" || isNumeric(price)) && isEmpty(rest)
    );
  });
  return filled.length > 0 && fits ? { sku: 0, quantity: 1, price: 2, firstRow: 0 } : undefined;
}

function isNumeric(cell: string): boolean {
  return /^\s{0,10}-?\d[\d.,]{0,14}\s{0,10}$/.test(cell);
}

function readRow(
  row: readonly string[],
  columns: Columns,
  origin: string,
  decimalComma: boolean,
): RequestedLine | undefined {
  const article = (row[columns.sku] ?? "").trim();
  const quantity = readQuantity(row[columns.quantity] ?? "", decimalComma);
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._/ -]{0,39}$/u.test(article) || quantity.kind === "unreadable") return undefined;
  const price = (row[columns.price] ?? "").replace(/^\s*€|(?:€|\bEUR)\s*$/i, "").trim();
  if (price === "") return { origin, sku: toSku(article), quantity };
  const unitPrice: Cents | undefined = readMoney(price, decimalComma);
  return unitPrice === undefined ? undefined : { origin, sku: toSku(article), quantity, unitPrice };
}

function isEmpty(row: readonly string[]): boolean {
  return row.every((cell) => cell.trim() === "");
}

/** The last row of many exports: "Total;;1234,50". */
function isTotal(row: readonly string[], columns: Columns): boolean {
  const first = row.find((cell) => cell.trim() !== "") ?? "";
  const article = (row[columns.sku] ?? "").trim();
  return /^\s*(?:sub)?(?:total|sum|summe|zwischensumme|gesamt(?:summe|betrag)?)\b/i.test(first) && !/\d/.test(article);
}
