import { startRedis } from "../test/support/redis.ts";
import { alternate, measureCalm } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { SideFigures, SideRequest } from "./bullmq_side.ts";
import { runApart } from "./run_apart.ts";
import { rounded, type Spread, spread } from "./statistics.ts";

const script = new URL("./bullmq_side.ts", import.meta.url);

/** B3: what a task costs on Redis while spans are recorded, against BullMQ's own Worker with BullMQ's own tracing, on the same SDK. */
export const bullmqTracing: Bench = {
  name: "bullmq_tracing",
  question: "What does a traced task cost on Redis, against BullMQ's own Worker with bullmq-otel?",
  async run({ quick, say }) {
    const redis = await startRedis();
    const tasks = quick ? 500 : 10_000;
    const ask = (side: SideRequest["side"], traced: number) =>
      runApart<SideFigures>(script, { side, what: "drain", port: redis.port, tasks, concurrency: 50, traced });
    try {
      const calm = await measureCalm(quick ? 1 : 5, async () => (await ask("ours", 1)).wallMs);
      say(`the same side twice: ${calm.ratios.median}`);
      const measure = async (percent: number, rounds: number) => {
        const sides = { ours: () => ask("ours", percent / 100), raw: () => ask("raw", percent / 100) };
        const pairs = await alternate(rounds, sides, ({ ours, raw }, number) => {
          const [mine, theirs] = [ours, raw].map((side) => rounded(side.cpuUsPerTask));
          say(`${percent} %, pair ${number}: ours ${mine} µs, BullMQ ${theirs} µs`);
        });
        return {
          cpuRatio: spread(pairs.map(({ ours, raw }) => ours.cpuUsPerTask / raw.cpuUsPerTask)),
          wallRatio: spread(pairs.map(({ ours, raw }) => ours.wallMs / raw.wallMs)),
          cpuUsPerTask: spread(pairs.map(({ ours }) => ours.cpuUsPerTask)),
          cpuUsPerTaskRaw: spread(pairs.map(({ raw }) => raw.cpuUsPerTask)),
        };
      };
      const all = await measure(100, quick ? 1 : 9);
      const tenth = await measure(10, quick ? 1 : 5);
      return {
        figures: {
          tasks,
          sameSideTwice: calm.ratios,
          wallIsVoid: calm.trouble ?? false,
          ...labelled("at100", all),
          ...labelled("at10", tenth),
        },
        goals: [
          { what: "CPU per task at 100 %, as a multiple of bullmq-otel's", got: all.cpuRatio.median, atMost: 1 },
          { what: "CPU per task at 10 %, as a multiple of bullmq-otel's", got: tenth.cpuRatio.median, atMost: 1 },
        ],
      };
    } finally {
      await redis.stop();
    }
  },
};

function labelled(prefix: string, spreads: Readonly<Record<string, Spread>>): Record<string, Spread> {
  return Object.fromEntries(
    Object.entries(spreads).map(([name, value]) => [`${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`, value]),
  );
}
