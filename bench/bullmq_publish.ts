import { startRedis } from "../test/support/redis.ts";
import { alternate, measureCalm } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { SideFigures, SideRequest } from "./bullmq_side.ts";
import { runApart } from "./run_apart.ts";
import { rounded, spread } from "./statistics.ts";

const script = new URL("./bullmq_side.ts", import.meta.url);

/** B16: a backlog that comes in task by task from concurrent publishers, against BullMQ's addBulk with 500 at a time. */
export const bullmqPublish: Bench = {
  name: "bullmq_publish",
  question: "How fast do 50,000 tasks get into Redis by publish, against BullMQ's addBulk?",
  async run({ quick, say }) {
    const redis = await startRedis();
    const tasks = quick ? 1_000 : 50_000;
    const ask = (side: SideRequest["side"]) =>
      runApart<SideFigures>(script, { side, what: "publish", port: redis.port, tasks, concurrency: 1 });
    try {
      const calm = await measureCalm(quick ? 1 : 5, async () => (await ask("raw")).wallMs);
      say(`the same side twice: ${calm.ratios.median}`);
      const sides = { ours: () => ask("ours"), raw: () => ask("raw") };
      const pairs = await alternate(quick ? 1 : 9, sides, ({ ours, raw }, number) => {
        const [mine, theirs] = [ours, raw].map((side) => perSecond(side, tasks));
        say(`pair ${number}: ours ${mine} tasks/s, BullMQ ${theirs} tasks/s`);
      });
      const rate = (side: "ours" | "raw") =>
        spread(
          pairs.map((pair) => perSecond(pair[side], tasks)),
          0,
        );
      const cost = (side: "ours" | "raw", figure: Exclude<keyof SideFigures, "ms">) =>
        spread(pairs.map((pair) => pair[side][figure]));
      const rateRatio = spread(pairs.map(({ ours, raw }) => raw.wallMs / ours.wallMs));
      return {
        figures: {
          tasks,
          sameSideTwice: calm.ratios,
          wallIsVoid: calm.trouble ?? false,
          cpuRatio: spread(pairs.map(({ ours, raw }) => ours.cpuUsPerTask / raw.cpuUsPerTask)),
          redisCpuRatio: spread(pairs.map(({ ours, raw }) => ours.redisUsPerTask / raw.redisUsPerTask)),
          rateRatio,
          cpuUsPerTask: cost("ours", "cpuUsPerTask"),
          cpuUsPerTaskRaw: cost("raw", "cpuUsPerTask"),
          commandsPerTask: cost("ours", "commandsPerTask"),
          commandsPerTaskRaw: cost("raw", "commandsPerTask"),
          tasksPerSecond: rate("ours"),
          tasksPerSecondRaw: rate("raw"),
        },
        goals: [{ what: "tasks/s, as a share of addBulk's", got: rateRatio.median, atLeast: 0.85, void: calm.trouble }],
      };
    } finally {
      await redis.stop();
    }
  },
};

function perSecond({ wallMs }: SideFigures, tasks: number): number {
  return rounded((tasks / wallMs) * 1_000, 0);
}
