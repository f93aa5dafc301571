import { get } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "./bench.ts";
import { inBenchDirectory } from "./bench_directory.ts";
import { type BotProgram, withBot } from "./bot_program.ts";
import { demoIn, summaryPrinted } from "./demo.ts";
import { spread } from "./statistics.ts";

const askEveryMs = 2;
const patienceMs = 30_000;
/** After the summary, so that what it started has come to rest. */
const restMs = 500;

/** B9 and B10: the demonstration from its first instruction to ready, and, when nothing is left to do, from SIGTERM to its end. */
export const startup: Bench = {
  name: "startup",
  question: "How long does the demonstration take to be ready, and to stop when idle?",
  async run({ quick, say }) {
    // The first one fills the file cache.
    await startAndStop();
    const runs: { readonly readyMs: number; readonly stopMs: number }[] = [];
    for (let run = 1; run <= (quick ? 1 : 20); run += 1) {
      const times = await startAndStop();
      say(`run ${run}: ready after ${Math.round(times.readyMs)} ms, stopped within ${Math.round(times.stopMs)} ms`);
      runs.push(times);
    }
    const ready = spread(
      runs.map(({ readyMs }) => readyMs),
      0,
    );
    const stop = spread(
      runs.map(({ stopMs }) => stopMs),
      0,
    );
    return {
      figures: { runs: runs.length, readyMs: ready, stopMs: stop },
      goals: [
        { what: "node spawn to the first 200 on /readyz, ms", got: ready.median, atMost: 600 },
        { what: "SIGTERM while idle to exit, ms", got: stop.median, atMost: 150 },
      ],
    };
  },
};

function startAndStop() {
  return inBenchDirectory(async (directory) => {
    const { args, controlUrl } = await demoIn(directory);
    return await withBot(args, async (bot) => {
      const readyMs = await untilReady(bot, `${controlUrl}/readyz`);
      await bot.prints(summaryPrinted, patienceMs);
      await pause(restMs);
      return { readyMs, stopMs: await bot.stop() };
    });
  });
}

async function untilReady(bot: BotProgram, url: string): Promise<number> {
  while ((await statusOf(url)) !== 200) {
    if (!bot.running || performance.now() - bot.spawnedAt > patienceMs) throw new Error(`Not ready: ${bot.printed}`);
    await pause(askEveryMs);
  }
  return performance.now() - bot.spawnedAt;
}

/** Undefined while nobody listens. */
function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    get(url, { agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", () => resolve(undefined));
  });
}
