import type { CsvError, Options } from "csv-parse/sync";
import type { MailAttachment } from "../domain/incoming_mail.ts";
import { oneLine } from "../domain/safe_text.ts";
import type { ReadableTable, TableReader, UnreadableTable } from "../services/table_reader.ts";
import { sniffDelimiter } from "./csv_delimiter.ts";
import { decodeText } from "./text_decoding.ts";

export interface CsvLimits {
  readonly maxBytes: number;
  readonly maxRows: number;
  readonly maxColumns: number;
  readonly maxCellCharacters: number;
}

export const defaultCsvLimits: CsvLimits = {
  maxBytes: 1_000_000,
  maxRows: 5_000,
  maxColumns: 100,
  maxCellCharacters: 2_000,
};

/** Reads CSV attachments of any delimiter and the usual encodings, within limits. */
export class CsvReader implements TableReader {
  readonly #limits: CsvLimits;

  constructor(parts: { readonly limits?: Partial<CsvLimits> } = {}) {
    this.#limits = { ...defaultCsvLimits, ...parts.limits };
  }

  async read({ name, content }: MailAttachment): Promise<ReadableTable | UnreadableTable> {
    const { maxBytes } = this.#limits;
    if (content.byteLength > maxBytes) {
      return unreadable(`it has ${content.byteLength} bytes; at most ${maxBytes} are read.`);
    }
    const { text } = decodeText(content);
    if (text.includes("\u0000")) return unreadable("it is not a text file.");
    const rows = await splitCsv(text, this.#limits.maxRows + 1);
    if (rows.kind === "unreadable") return rows;
    const excess = this.#excess(rows.rows);
    return excess === undefined ? { kind: "table", name, rows: rows.rows } : unreadable(excess);
  }

  #excess(rows: readonly (readonly string[])[]): string | undefined {
    const { maxRows, maxColumns, maxCellCharacters } = this.#limits;
    if (rows.length > maxRows) return `it has more than ${maxRows} rows.`;
    if (rows.some((row) => row.length > maxColumns)) return `it has rows of more than ${maxColumns} columns.`;
    if (rows.some((row) => row.some((cell) => cell.length > maxCellCharacters))) return "it has overlong cells.";
    return undefined;
  }
}

/** The rows and cells of a CSV text with a sniffed delimiter; at most `maxRows`. Rows keep their numbers: blank ones stay. */
export async function splitCsv(
  text: string,
  maxRows: number,
): Promise<{ readonly kind: "rows"; readonly rows: readonly (readonly string[])[] } | UnreadableTable> {
  // Loaded with the first file, not with the program.
  const { parse } = await import("csv-parse/sync");
  const options: Options = {
    bom: true,
    delimiter: sniffDelimiter(text) ?? ";",
    relax_column_count: true,
    to: maxRows,
    trim: true,
  };
  try {
    const rows = parse(text.replace(/^\ufeff?sep=.\r?\n/i, "\n"), options) as string[][];
    return { kind: "rows", rows };
  } catch (thrown) {
    return unreadable(`its quotes do not match up (${oneLine((thrown as CsvError).message, 120)}).`);
  }
}

function unreadable(detail: string): UnreadableTable {
  return { kind: "unreadable", detail };
}
