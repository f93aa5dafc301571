import { mkdir, readdir, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RuntimeManager } from "../../src/app_runtime/index.ts";
import { startDevMailServer } from "../../src/dev_mail_server/start_dev_mail_server.ts";
import { composeBot } from "../../src/mail_order_bot_app/compose_bot.ts";
import { loadSampleMails } from "../../src/mail_order_bot_app/infrastructure/sample_mails.ts";
import { freePort } from "../support/free_port.ts";
import { guardAgainstLeaks } from "../support/leak_guard.ts";
import { eventually } from "../support/source_desk.ts";
import { tempDir } from "../support/temp_dir.ts";
import { askBook, writeBotConfig } from "./bot_on_mails.ts";
import { BotProgram } from "./demonstration.ts";

const patienceMs = 60_000;
const sourceProgram = join(import.meta.dirname, "../../src/mail_order_bot_app/main.ts");

/** What the bot decided, without the names that depend on where a mail came from. */
const decisions = `
  SELECT sha256, decision, reasons, customer_id, po_number, fingerprint,
    (SELECT group_concat(sku || ' x ' || quantity || ' ' || state, '; ') FROM order_line WHERE order_line.order_id = decided_mail.order_id) AS lines
  FROM decided_mail ORDER BY sha256`;

async function decideAll(directory: string, configFile: string, mails: number) {
  const commandLine = { configFiles: [configFile], settings: [], help: false };
  const { parts, close } = composeBot({ commandLine, argv: [], env: {}, print: () => undefined });
  const runtime = new RuntimeManager(parts);
  onTestFinished(() => runtime.stop("the test is over").then(() => close()));
  await runtime.start();
  await eventually(() => expect(runtime.control.source("inbox").status.settled).toBe(mails), patienceMs);
  await runtime.stop("all is decided");
  return askBook(directory, decisions).map((row) => ({
    ...row,
    reasons: String(row.reasons).replace(/SO-\w+/g, "the order"),
  }));
}

test("the bot decides the same of mails in a directory as of mails in a mailbox", { timeout: patienceMs }, async () => {
  const mails = await loadSampleMails();
  const [user, password] = ["orders@fjord-furniture.example", "demo"];
  const server = await startDevMailServer({ user, password });
  onTestFinished(() => server.stop());
  guardAgainstLeaks();
  const [mailboxBot, folderBot] = [tempDir(), tempDir()];
  const inbox = join(folderBot, "mails", "new");
  await mkdir(inbox, { recursive: true });
  for (const [age, { name, raw }] of mails.entries()) {
    server.deliver(Buffer.from(raw));
    await writeFile(join(inbox, `${name}.eml`), raw);
    await utimes(join(inbox, `${name}.eml`), 1_700_000_000 + age, 1_700_000_000 + age);
  }

  const imap = { adapter: "imap", host: server.host, port: server.ports.imap, security: "none", user, password };
  const ofMailbox = await decideAll(mailboxBot, await writeBotConfig(mailboxBot, imap), mails.length);
  const folder = { adapter: "eml_folder", directory: join(folderBot, "mails"), settleTime: "50ms" };
  const ofFolder = await decideAll(folderBot, await writeBotConfig(folderBot, folder), mails.length);

  expect(ofFolder).toHaveLength(mails.length);
  expect(ofFolder).toEqual(ofMailbox);
  expect(await readdir(inbox)).toEqual([]);
  expect(await readdir(join(folderBot, "mails", "cur"))).toHaveLength(mails.length);
});

function orderMail(number: number): string {
  return [
    "From: Emma Clarke <emma.clarke@harbour-interiors.example>",
    "To: orders@fjord-furniture.example",
    `Subject: Order ${number}`,
    `Message-ID: <order.${number}@mail.harbour-interiors.example>`,
    "",
    `PO HI-${1000 + number}`,
    "1 x CH-1001",
    "",
  ].join("\r\n");
}

test("killed again and again in the middle of its work, it loses no mail and orders nothing twice", {
  timeout: 2 * patienceMs,
}, async () => {
  const mails = 150;
  const directory = tempDir();
  const place = (name: string) => join(directory, "mails", name);
  for (const name of ["tmp", "new", "cur"]) await mkdir(place(name), { recursive: true });
  const settings = {
    "sources.inbox.directory": join(directory, "mails"),
    "sources.inbox.settleTime": "20ms",
    "sources.inbox.window": 10,
    "platform.dataDir": join(directory, "data"),
    "platform.log.file": join(directory, "runtime.log"),
    "platform.control.port": await freePort(),
    "platform.smtp.host": "127.0.0.1",
    "platform.smtp.port": 9,
    "platform.smtp.password": "none",
  };
  const sets = Object.entries(settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  const argv = ["--config", "config/eml_folder.yaml", ...sets];
  for (let number = 0; number < mails; number += 1) {
    await writeFile(place(`tmp/${number}.eml`), orderMail(number));
    await rename(place(`tmp/${number}.eml`), place(`new/${number}.eml`));
  }

  for (const killedAt of [10, 50, 90]) {
    const bot = new BotProgram(argv, sourceProgram);
    await eventually(
      async () => expect((await readdir(place("cur"))).length).toBeGreaterThanOrEqual(killedAt),
      patienceMs,
    );
    bot.kill("SIGKILL");
    expect((await bot.end()).code).toBeNull();
    expect((await readdir(place("new"))).length).toBeGreaterThan(0);
  }
  const last = new BotProgram(argv, sourceProgram);
  await eventually(async () => expect(await readdir(place("new"))).toEqual([]), patienceMs);
  last.kill("SIGTERM");
  expect((await last.end()).code).toBe(0);

  expect(await readdir(place("cur"))).toHaveLength(mails);
  expect(askBook(directory, "SELECT count(*) AS mails, count(DISTINCT sha256) AS kinds FROM decided_mail")).toEqual([
    { mails, kinds: mails },
  ]);
  expect(askBook(directory, "SELECT count(*) AS orders FROM orders")).toEqual([{ orders: mails }]);
  expect(
    askBook(directory, "SELECT count(*) AS open FROM journal WHERE state <> 'done' OR settled_at IS NULL"),
  ).toEqual([{ open: 0 }]);
});
