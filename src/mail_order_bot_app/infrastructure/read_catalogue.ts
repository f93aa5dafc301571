import { type Article, looksLikeSku, type Sku, toSku } from "../domain/article.ts";
import { readMoney } from "../domain/numbers.ts";
import { oneLine } from "../domain/safe_text.ts";
import { splitCsv } from "./csv_reader.ts";
import { decodeText } from "./text_decoding.ts";
import type { FileReading } from "./watched_file.ts";

const columns = ["sku", "name", "unit_price", "stock", "pack_size"] as const;
type Column = (typeof columns)[number];

const maxArticles = 200_000;
const maxProblems = 50;

/** Reads `sku, name, unit_price, stock, pack_size` with prices such as 49.90; all problems at once. */
export async function readCatalogue(bytes: Uint8Array, path: string): Promise<FileReading<ReadonlyMap<Sku, Article>>> {
  const split = await splitCsv(decodeText(bytes).text, maxArticles + 1);
  if (split.kind === "unreadable") return { kind: "problems", problems: [`${path}: ${split.detail}`] };
  const [header = [], ...rows] = split.rows;
  const missing = columns.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    return { kind: "problems", problems: [`${path}:1: these columns are missing: ${missing.join(", ")}.`] };
  }
  const articles = new Map<Sku, Article>();
  const problems: string[] = [];
  for (const [i, row] of rows.entries()) {
    if (row.every((cell) => cell === "")) continue;
    const cell = (column: Column) => row[header.indexOf(column)] ?? "";
    const reading = readArticle(cell);
    if ("faults" in reading) problems.push(...reading.faults.map((fault) => `${path}:${i + 2}: ${fault}`));
    else if (articles.has(reading.sku)) problems.push(`${path}:${i + 2}: ${reading.sku} is listed twice.`);
    else articles.set(reading.sku, reading);
    if (problems.length >= maxProblems) break;
  }
  return problems.length > 0 ? { kind: "problems", problems } : { kind: "value", value: articles };
}

function readArticle(cell: (column: Column) => string): Article | { readonly faults: readonly string[] } {
  const sku = cell("sku");
  const name = oneLine(cell("name"), 100);
  const unitPrice = readMoney(cell("unit_price"), false);
  const stock = wholeNumber(cell("stock"));
  const packSize = wholeNumber(cell("pack_size"));
  const faults = [
    ...(looksLikeSku(sku) ? [] : [`sku "${oneLine(sku, 40)}" is not of the form "CH-1001", so no mail could name it.`]),
    ...(name === "" ? ["name is empty."] : []),
    ...(unitPrice === undefined
      ? [`unit_price "${oneLine(cell("unit_price"), 40)}" is not an amount such as 49.90.`]
      : []),
    ...(stock === undefined ? [`stock "${oneLine(cell("stock"), 40)}" is not a whole number.`] : []),
    ...(packSize === undefined || packSize < 1
      ? [`pack_size "${oneLine(cell("pack_size"), 40)}" is not 1 or more.`]
      : []),
  ];
  if (faults.length > 0 || unitPrice === undefined || stock === undefined || packSize === undefined) return { faults };
  return { sku: toSku(sku), name, unitPrice, stock, packSize };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
