import { join } from "node:path";
import { ManualClock } from "../../src/app_runtime/testing/manual_clock.ts";
import type { BotIdentity } from "../../src/mail_order_bot_app/domain/bot_identity.ts";
import { CsvReader } from "../../src/mail_order_bot_app/infrastructure/csv_reader.ts";
import { FileCatalogue } from "../../src/mail_order_bot_app/infrastructure/file_catalogue.ts";
import { FileCustomers } from "../../src/mail_order_bot_app/infrastructure/file_customers.ts";
import { PostalMailParser } from "../../src/mail_order_bot_app/infrastructure/postal_mail_parser.ts";
import { sampleMailFolder } from "../../src/mail_order_bot_app/infrastructure/sample_mails.ts";
import { defaultLimits, type OrderRules } from "../../src/mail_order_bot_app/services/order_rules.ts";
import {
  type ProcessedMail,
  type ProcessOrderMailParts,
  processOrderMail,
  type ReceivedMail,
} from "../../src/mail_order_bot_app/services/process_order_mail.ts";
import { MemoryOrderBook } from "./memory_order_book.ts";

export const identity: BotIdentity = {
  address: "orders@fjord-furniture.example",
  name: "Fjord Furniture",
  otherAddresses: ["sales-bot@fjord-furniture.example"],
  messageIdDomain: "orders.fjord-furniture.example",
};

/** The bot at work on the demonstration's customers and catalogue, with a clock that tests move. */
export interface OrderDesk {
  readonly book: MemoryOrderBook;
  readonly clock: ManualClock;
  /** Hands a mail in; every call is a new task unless it names one. */
  handIn(raw: Uint8Array | string, more?: Partial<ReceivedMail>): Promise<ProcessedMail>;
}

export async function openOrderDesk(
  change: { readonly rules?: Partial<OrderRules>; readonly parts?: Partial<ProcessOrderMailParts> } = {},
): Promise<OrderDesk> {
  const clock = new ManualClock();
  const book = new MemoryOrderBook();
  const process = processOrderMail({
    parser: new PostalMailParser({ clock }),
    tables: new CsvReader(),
    customers: await FileCustomers.open({ path: join(sampleMailFolder, "../customers.yaml"), clock }),
    catalogue: await FileCatalogue.open({ path: join(sampleMailFolder, "../catalog.csv"), clock }),
    orders: book,
    clock,
    rules: { identity, ...defaultLimits, ...change.rules },
    ...change.parts,
  });
  let tasks = 0;
  return {
    book,
    clock,
    handIn: (raw, more) => {
      tasks += 1;
      const bytes = typeof raw === "string" ? Buffer.from(raw.replaceAll(/\r?\n/g, "\r\n")) : raw;
      return process({ taskId: `test:${tasks}`, receivedAtMs: clock.wallNow(), raw: bytes, ...more });
    },
  };
}
