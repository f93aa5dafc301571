import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AnchorAccount } from "./imap_anchor.ts";
import { customersFile } from "./order_mails.ts";

export interface BotSetting {
  /** For its data and its log. */
  readonly directory: string;
  readonly account: AnchorAccount;
  /** Where confirmations go. */
  readonly smtpPort: number;
}

export interface BotFiles {
  readonly configFile: string;
  readonly databaseFile: string;
}

/** Articles and prices the orders are judged by. */
export const catalogueFile = fileURLToPath(new URL("../config/catalog.csv", import.meta.url));

/** Writes the configuration of a bot that reads this account, everything else at its defaults; returns where it is and where orders will be. */
export async function writeBotConfig({ directory, account, smtpPort }: BotSetting): Promise<BotFiles> {
  const customers = join(directory, "customers.yaml");
  await writeFile(customers, customersFile());
  const dataDir = join(directory, "data");
  const config = {
    platform: {
      name: "bench",
      dataDir,
      control: { port: 0 },
      log: { file: join(directory, "runtime.log"), format: "json" },
      smtp: { host: "127.0.0.1", port: smtpPort, security: "none" },
    },
    queues: { orders: { adapter: "memory" } },
    sources: {
      inbox: { adapter: "imap", ...account, security: "none", queue: "orders" },
    },
    // As in config/real_mailbox.yaml, whatever the handler.
    workers: { orders: { queue: "orders", handler: "process_order_mail", concurrency: 64 } },
    mailOrderBot: {
      address: "orders@fjord-furniture.example",
      messageIdDomain: "orders.fjord-furniture.example",
      catalogue: catalogueFile,
      customers,
      // Every order is confirmed: the brake against answering machines would make the work lighter than it is.
      maxRepliesPerHour: 1_000_000,
    },
  };
  const configFile = join(directory, "bot.json");
  await writeFile(configFile, JSON.stringify(config, null, 2));
  return { configFile, databaseFile: join(dataDir, "journal.sqlite") };
}
