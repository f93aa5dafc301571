import { doubtsAboutAttachments, roleOf } from "../domain/attachments.ts";
import { csvLines } from "../domain/csv_lines.ts";
import type { Customer } from "../domain/customer.ts";
import { type Extraction, nothingExtracted, quote } from "../domain/extraction.ts";
import type { IncomingMail, MailAttachment } from "../domain/incoming_mail.ts";
import { doubtsAboutTheIntent } from "../domain/not_an_order.ts";
import { oneOrderList } from "../domain/order_lists.ts";
import { ownWords } from "../domain/own_words.ts";
import { plainTextLines } from "../domain/plain_text_lines.ts";
import { readPoNumber } from "../domain/purchase_order_number.ts";
import { type Reason, reason } from "../domain/reason.ts";
import type { TableReader } from "./table_reader.ts";

/** What a mail orders, as far as it could be read. */
export interface OrderReading extends Extraction {
  readonly poNumber?: string;
}

export const nothingRead: OrderReading = nothingExtracted;

/** More files than this in one mail are for a person. */
const maxOrderLists = 5;

/** Reads the text and the files of a mail in the customer's way of writing numbers. */
export async function readOrder(mail: IncomingMail, customer: Customer, tables: TableReader): Promise<OrderReading> {
  const words = ownWords(mail.text ?? "");
  const text = plainTextLines(words, customer.decimalComma);
  const lists = mail.attachments.filter((attachment) => roleOf(attachment) === "order-list");
  const files = await Promise.all(lists.slice(0, maxOrderLists).map((list) => readFile(list, customer, tables)));
  const order = oneOrderList(text, files);
  const po = readPoNumber(
    mail.subject,
    words.body.map((line) => line.text),
  );
  const doubts = [
    ...doubtsAboutTheIntent(mail.subject, words),
    ...order.doubts,
    ...(po.kind === "unclear" ? [po.doubt] : []),
    ...doubtsAboutAttachments(mail.attachments),
    ...doubtsAboutTheForm(mail, lists),
  ];
  return { lines: order.lines, doubts, ...(po.kind === "one" && { poNumber: po.number }) };
}

async function readFile(file: MailAttachment, customer: Customer, tables: TableReader): Promise<Extraction> {
  const table = await tables.read(file);
  if (table.kind === "table") return csvLines(table, customer.decimalComma);
  return { lines: [], doubts: [reason("csv_unreadable", `${quote(file.name)} cannot be read: ${table.detail}`)] };
}

function doubtsAboutTheForm(mail: IncomingMail, lists: readonly MailAttachment[]): readonly Reason[] {
  const doubts: Reason[] = [];
  if ((mail.text ?? "").trim() === "" && mail.hasHtml) {
    doubts.push(reason("html_only", "Its text exists as HTML only, which is not read."));
  }
  if (lists.length > maxOrderLists) {
    doubts.push(
      reason("several_order_lists", `It has ${lists.length} order lists; at most ${maxOrderLists} are read.`),
    );
  }
  return doubts;
}
