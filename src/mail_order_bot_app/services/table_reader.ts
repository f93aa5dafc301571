import type { Table } from "../domain/csv_lines.ts";
import type { MailAttachment } from "../domain/incoming_mail.ts";

/** A file that could not be split into rows and cells; `detail` is one sentence for people. */
export interface UnreadableTable {
  readonly kind: "unreadable";
  readonly detail: string;
}

export interface ReadableTable extends Table {
  readonly kind: "table";
}

/** Splits an attached order list into rows and cells. */
export interface TableReader {
  /** Never throws because of the bytes. */
  read(attachment: MailAttachment): Promise<ReadableTable | UnreadableTable>;
}
