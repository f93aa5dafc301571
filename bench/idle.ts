import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "./bench.ts";
import { inBenchDirectory } from "./bench_directory.ts";
import { withBot } from "./bot_program.ts";
import { demoIn, summaryPrinted } from "./demo.ts";
import { cpuMsOf, memoryOf } from "./process_figures.ts";
import { rounded } from "./statistics.ts";

const patienceMs = 60_000;

/** B8: what the demonstration costs for a minute after its summary, its mail server included, polling twice a second. */
export const idle: Bench = {
  name: "idle",
  question: "What does the demonstration cost while it waits?",
  run: ({ quick }) =>
    inBenchDirectory(async (directory) => {
      const { args } = await demoIn(directory);
      return await withBot(args, async (bot) => {
        await bot.prints(summaryPrinted, patienceMs);
        const [startedAt, cpuBefore] = [performance.now(), cpuMsOf(bot.pid)];
        await pause(quick ? 1_000 : 60_000);
        const cpu = rounded(((cpuMsOf(bot.pid) - cpuBefore) / (performance.now() - startedAt)) * 100);
        const memory = memoryOf(bot.pid);
        await bot.stop();
        const rss = rounded(memory.nowMB, 1);
        return {
          figures: { cpuPercent: cpu, rssMB: rss, peakRssMB: rounded(memory.peakMB, 1) },
          goals: [
            { what: "CPU while idle, % of a core", got: cpu, atMost: 0.5 },
            { what: "RSS after the minute, MB", got: rss, atMost: 140 },
          ],
        };
      });
    }),
};
