import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../../src/app_runtime/index.ts";
import { composeBot } from "../../src/mail_order_bot_app/compose_bot.ts";
import { tempDir } from "../support/temp_dir.ts";

const work = `platform: { smtp: { host: mail.example } }
queues: { orders: { adapter: memory } }
mailOrderBot: { address: a@shop.example, name: Shop, messageIdDomain: bot.shop.example, catalogue: c.csv, customers: c.yaml }
`;

/** The configuration as the bot reads it. */
async function read(sources: string) {
  const file = join(tempDir(), "bot.yaml");
  await writeFile(file, `${work}sources: ${sources}\n`);
  const commandLine = { configFiles: [file], settings: [], help: false };
  const { parts } = composeBot({ commandLine, argv: [], env: {}, print: () => undefined });
  return await readConfig(parts);
}

test.each([
  ["webhook.received", "{ adapter: webhook, port: 8090, path: /orders, queue: orders }"],
  ["schedule.due", "{ adapter: schedule, every: 1h, queue: orders }"],
])("tasks of the kind %s would all become dead letters, so their source is refused", async (kind, source) => {
  await expect(read(`{ other: ${source} }`)).rejects.toMatchObject({
    problems: [
      {
        path: "sources.other",
        message: `makes tasks of kind "${kind}", but the pool "orders" of its queue "orders" gives them to the handler "process_order_mail", which takes order_mail only. No handler of this application takes it: remove the source, or declare a handler for it in a module.`,
        place: { line: 4 },
      },
    ],
  });
});

test("mails are taken from wherever they come", async () => {
  const sources =
    "{ inbox: { adapter: imap, host: mail.example, user: orders, password: x, queue: orders }, folder: { adapter: eml_folder, directory: mails, queue: orders } }";
  expect((await read(sources)).units("sources").size).toBe(2);
});
