import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "./bench.ts";
import { inBenchDirectory } from "./bench_directory.ts";
import { writeBotConfig } from "./bot_config.ts";
import { type BotProgram, withBot } from "./bot_program.ts";
import { withNullSmtpServer } from "./null_smtp_server.ts";
import { withDovecot, withOrders } from "./order_mailbox.ts";
import { memoryOf } from "./process_figures.ts";
import { rounded } from "./statistics.ts";

const lookMs = 20;
const patienceMs = 180_000;

/** A mailbox that was left alone for weeks: how soon does the first order come out of it, and how much memory does it take. */
export const backlog: Bench = {
  name: "backlog",
  question: "How soon does a bot that finds 50,000 unread mails take the first order, and how large does it grow?",
  run: async ({ quick, say }) => {
    const [mails, workedOff] = quick ? [1_000, 200] : [50_000, 5_000];
    return await withDovecot((dovecot) =>
      withOrders(dovecot, mails, (account) =>
        withNullSmtpServer((smtpPort) =>
          inBenchDirectory(async (directory) => {
            say(`${mails} mails are waiting`);
            const { configFile, databaseFile } = await writeBotConfig({ directory, account, smtpPort });
            return await withBot(["--config", configFile], async (bot) => {
              const firstOrderMs = await untilOrders(bot, databaseFile, 1);
              const workMs = (await untilOrders(bot, databaseFile, workedOff)) - firstOrderMs;
              const peak = rounded(memoryOf(bot.pid).peakMB, 1);
              await bot.stop();
              const seconds = rounded(firstOrderMs / 1000);
              return {
                figures: {
                  mails,
                  firstOrderSeconds: seconds,
                  workedOff,
                  ordersPerSecond: rounded((workedOff / workMs) * 1000, 0),
                  peakRssMB: peak,
                },
                goals: [
                  { what: "node spawn to the first order, s", got: seconds, atMost: 5 },
                  { what: `most RSS while ${workedOff} mails are worked off, MB`, got: peak, atMost: 250 },
                ],
              };
            });
          }),
        ),
      ),
    );
  },
};

/** Milliseconds from its spawn until so many order rows are committed, as another process sees them. */
async function untilOrders(bot: BotProgram, databaseFile: string, wanted: number): Promise<number> {
  while (ordersIn(databaseFile) < wanted) {
    if (!bot.running || performance.now() - bot.spawnedAt > patienceMs) throw new Error(`Too slow: ${bot.printed}`);
    await pause(lookMs);
  }
  return performance.now() - bot.spawnedAt;
}

function ordersIn(databaseFile: string): number {
  if (!existsSync(databaseFile)) return 0;
  const database = new DatabaseSync(databaseFile, { readOnly: true });
  try {
    return Number(database.prepare("SELECT count(*) AS orders FROM orders").get()?.orders);
  } catch {
    return 0; // its tables are just being made
  } finally {
    database.close();
  }
}
