import { startRedis } from "../test/support/redis.ts";
import { alternate, measureCalm } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { SideFigures, SideRequest } from "./bullmq_side.ts";
import { runApart } from "./run_apart.ts";
import { quantile, rounded, spread } from "./statistics.ts";

const script = new URL("./bullmq_side.ts", import.meta.url);
const largePayload = 10_000;

/** B2 and B4 over Redis: what a task costs there, and how long it is on its way, against BullMQ's own Worker. */
export const bullmq: Bench = {
  name: "bullmq",
  question: "What does a task cost on Redis, and how long is it on its way, against BullMQ's own Worker?",
  async run({ quick, say }) {
    const redis = await startRedis();
    const rounds = quick ? 1 : 9;
    const ask = (
      side: SideRequest["side"],
      what: SideRequest["what"],
      tasks: number,
      concurrency: number,
      characters?: number,
    ) => runApart<SideFigures>(script, { side, what, port: redis.port, tasks, concurrency, characters });
    try {
      const tasks = quick ? 500 : 10_000;
      const calm = await measureCalm(quick ? 1 : 5, async () => (await ask("raw", "drain", tasks, 50)).wallMs);
      say(`the same side twice: ${calm.ratios.median}`);
      const both = (what: SideRequest["what"], count: number, concurrency: number, characters?: number) => ({
        ours: () => ask("ours", what, count, concurrency, characters),
        raw: () => ask("raw", what, count, concurrency, characters),
      });
      const drained = await alternate(rounds, both("drain", tasks, 50), ({ ours, raw }, number) => {
        const [mine, theirs] = [ours, raw].map((side) => rounded(side.cpuUsPerTask));
        say(`pair ${number}: ours ${mine} µs, BullMQ ${theirs} µs`);
      });
      const large = await alternate(quick ? 1 : 5, both("drain", tasks, 50, largePayload), ({ ours, raw }, number) => {
        const [mine, theirs] = [ours, raw].map((side) => rounded(side.cpuUsPerTask));
        say(`pair ${number} of 10 kB: ours ${mine} µs, BullMQ ${theirs} µs`);
      });
      const keyed = await ask("ours", "keyed", tasks, 50);
      const singles = await alternate(quick ? 1 : 3, both("latency", quick ? 50 : 1_000, 1), () => undefined);
      const idle = {
        ours: await ask("ours", "idle", quick ? 1 : 30, 1),
        raw: await ask("raw", "idle", quick ? 1 : 30, 1),
      };

      const ratioOf = (figure: Exclude<keyof SideFigures, "ms">) =>
        spread(drained.map(({ ours, raw }) => ours[figure] / raw[figure]));
      const of = (side: "ours" | "raw", figure: Exclude<keyof SideFigures, "ms">) =>
        spread(drained.map((pair) => pair[side][figure]));
      const p = (side: "ours" | "raw", share: number) =>
        rounded(
          quantile(
            singles.flatMap((pair) => pair[side].ms),
            share,
          ),
          4,
        );
      const cpuRatio = ratioOf("cpuUsPerTask");
      const largeCpuRatio = spread(large.map(({ ours, raw }) => ours.cpuUsPerTask / raw.cpuUsPerTask));
      const moreCommands = rounded(of("ours", "commandsPerTask").median - of("raw", "commandsPerTask").median);
      const moreMs = rounded(p("ours", 0.5) - p("raw", 0.5), 4);
      return {
        figures: {
          tasks,
          sameSideTwice: calm.ratios,
          cpuRatio,
          wallRatio: ratioOf("wallMs"),
          redisCpuRatio: ratioOf("redisUsPerTask"),
          cpuUsPerTask: of("ours", "cpuUsPerTask"),
          cpuUsPerTaskRaw: of("raw", "cpuUsPerTask"),
          redisUsPerTask: of("ours", "redisUsPerTask"),
          redisUsPerTaskRaw: of("raw", "redisUsPerTask"),
          evalshaPerTask: of("ours", "evalshaPerTask"),
          evalshaPerTaskRaw: of("raw", "evalshaPerTask"),
          commandsPerTask: of("ours", "commandsPerTask"),
          commandsPerTaskRaw: of("raw", "commandsPerTask"),
          largeCpuRatio,
          largeCpuUsPerTask: spread(large.map(({ ours }) => ours.cpuUsPerTask)),
          largeCpuUsPerTaskRaw: spread(large.map(({ raw }) => raw.cpuUsPerTask)),
          largeRedisUsPerTask: spread(large.map(({ ours }) => ours.redisUsPerTask)),
          largeRedisUsPerTaskRaw: spread(large.map(({ raw }) => raw.redisUsPerTask)),
          keyedCpuUsPerTask: rounded(keyed.cpuUsPerTask),
          keyedCommandsPerTask: rounded(keyed.commandsPerTask),
          latencyP50Ms: p("ours", 0.5),
          latencyP99Ms: p("ours", 0.99),
          latencyP50MsRaw: p("raw", 0.5),
          latencyP99MsRaw: p("raw", 0.99),
          idleScriptsPerSecond: rounded(idle.ours.evalshaPerTask),
          idleScriptsPerSecondRaw: rounded(idle.raw.evalshaPerTask),
        },
        goals: [
          { what: "CPU per task, as a multiple of BullMQ's Worker", got: cpuRatio.median, atMost: 1.2 },
          { what: "the same with a payload of 10 kB", got: largeCpuRatio.median, atMost: 1.2 },
          { what: "Redis commands per task beyond BullMQ's, scripts' own included", got: moreCommands, atMost: 0 },
          { what: "EVALSHA per task", got: of("ours", "evalshaPerTask").median, atMost: 1 },
          { what: "publish to handler, median beyond BullMQ's, ms", got: moreMs, atMost: 0.15, void: calm.trouble },
        ],
      };
    } finally {
      await redis.stop();
    }
  },
};
