import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { journalMigrations } from "../src/adapters/journal_sqlite/journal_schema.ts";
import { migrate } from "../src/adapters/sqlite/migrate.ts";
import { StatementCache } from "../src/adapters/sqlite/statement_cache.ts";
import { SystemClock } from "../src/app_runtime/index.ts";
import { CsvReader } from "../src/mail_order_bot_app/infrastructure/csv_reader.ts";
import { FileCatalogue } from "../src/mail_order_bot_app/infrastructure/file_catalogue.ts";
import { FileCustomers } from "../src/mail_order_bot_app/infrastructure/file_customers.ts";
import { rowsOf } from "../src/mail_order_bot_app/infrastructure/order_database_rows.ts";
import { orderMigrations } from "../src/mail_order_bot_app/infrastructure/order_schema.ts";
import { PostalMailParser } from "../src/mail_order_bot_app/infrastructure/postal_mail_parser.ts";
import type { SqlStatement } from "../src/mail_order_bot_app/infrastructure/sql_transactions.ts";
import type { DecidedMail } from "../src/mail_order_bot_app/services/order_book.ts";
import { processOrderMail } from "../src/mail_order_bot_app/services/process_order_mail.ts";
import { catalogueFile } from "./bot_config.ts";
import { customersFile, orderMail } from "./order_mails.ts";
import { answerParent } from "./run_apart.ts";

export interface CommitRequest {
  readonly directory: string;
  readonly orders: number;
}

export interface CommitFigures {
  readonly ordersPerSecond: number;
}

const insertTask =
  "INSERT INTO journal (task_id, source, queue, offered_at, task) VALUES (?, 'inbox', 'orders', 0, '{}')";
const finishTask = "UPDATE journal SET state = 'done', ended_at = ? WHERE task_id = ?";

/** Everything the bot writes for each of these mails, worked out beforehand. */
async function decide({ directory, orders }: CommitRequest): Promise<readonly DecidedMail[]> {
  const clock = new SystemClock();
  const customers = join(directory, "customers.yaml");
  await writeFile(customers, customersFile());
  const decided: DecidedMail[] = [];
  const process = processOrderMail({
    clock,
    catalogue: await FileCatalogue.open({ path: catalogueFile, clock }),
    customers: await FileCustomers.open({ path: customers, clock }),
    parser: new PostalMailParser({ clock }),
    tables: new CsvReader(),
    orders: {
      history: async () => ({ earlier: [], replies: { repliesToAddress: 0, answeredMessage: false } }),
      commit: async (mail) => {
        decided.push(mail);
        return { kind: "committed" };
      },
    },
    rules: {
      identity: {
        address: "orders@fjord-furniture.example",
        name: "Orders",
        otherAddresses: [],
        messageIdDomain: "orders.fjord-furniture.example",
      },
      maxQuantity: 10_000,
      maxRepliesPerHour: 1_000_000,
    },
  });
  for (let n = 0; n < orders; n += 1) {
    await process({ taskId: `imap:bench:INBOX:1:${n}`, raw: Buffer.from(orderMail(n)), receivedAtMs: clock.wallNow() });
  }
  return decided;
}

/** What the disk allows: one connection, one thread, one transaction with one fsync for each order, nothing else. */
await answerParent(async (request: CommitRequest): Promise<CommitFigures> => {
  const mails = await decide(request);
  const database = new DatabaseSync(join(request.directory, "commit_bound.sqlite"), {
    enableForeignKeyConstraints: true,
  });
  database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
  migrate(database, [journalMigrations, orderMigrations]);
  const statements = new StatementCache(database);
  const run = ({ sql, params = [] }: SqlStatement) => statements.run(sql, params);

  run({ sql: "BEGIN" });
  for (const { taskId } of mails) run({ sql: insertTask, params: [taskId] });
  run({ sql: "COMMIT" });
  const transactions = mails.map((mail) => [
    { sql: "BEGIN IMMEDIATE" },
    { sql: finishTask, params: [mail.decidedAtMs, mail.taskId] },
    ...rowsOf(mail),
    { sql: "COMMIT" },
  ]);

  const startedAt = performance.now();
  for (const transaction of transactions) for (const statement of transaction) run(statement);
  const tookMs = performance.now() - startedAt;

  const [count] = statements.run("SELECT count(*) AS orders FROM orders", []).rows;
  database.close();
  if (count?.orders !== mails.length) throw new Error(`Of ${mails.length} mails, ${count?.orders} became orders.`);
  return { ordersPerSecond: (mails.length / tookMs) * 1000 };
});
