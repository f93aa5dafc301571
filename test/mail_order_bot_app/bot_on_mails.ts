import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { stringify } from "yaml";
import { freePort } from "../support/free_port.ts";

/** A bot with the catalogue and the customers of the demonstration, whose mails come from `inbox`. */
export async function writeBotConfig(
  directory: string,
  inbox: Readonly<Record<string, string | number>>,
): Promise<string> {
  const file = join(directory, "bot.yaml");
  const config = {
    platform: {
      dataDir: join(directory, "data"),
      control: { host: "127.0.0.1", port: await freePort() },
      log: { file: join(directory, "runtime.log") },
      smtp: { host: "127.0.0.1", port: 9, security: "none" },
    },
    queues: { orders: { adapter: "memory" } },
    sources: { inbox: { ...inbox, queue: "orders" } },
    workers: { orders: { queue: "orders", handler: "process_order_mail" } },
    mailOrderBot: {
      address: "orders@fjord-furniture.example",
      name: "Fjord Furniture Orders",
      messageIdDomain: "orders.fjord-furniture.example",
      catalogue: "./config/catalog.csv",
      customers: "./config/customers.yaml",
    },
  };
  writeFileSync(file, stringify(config));
  return file;
}

/** Answers one question to the database of a bot that is stopped. */
export function askBook(directory: string, sql: string): readonly Readonly<Record<string, unknown>>[] {
  using book = new DatabaseSync(join(directory, "data", "journal.sqlite"), { readOnly: true });
  return book.prepare(sql).all();
}
