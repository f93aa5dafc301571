import { Redis as Client } from "ioredis";
import { startRedis } from "../test/support/redis.ts";
import { alternate, measureCalm } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { SideFigures, SideRequest } from "./bullmq_side.ts";
import { farRedis } from "./far_redis.ts";
import { runApart } from "./run_apart.ts";
import { median, quantile, rounded, spread } from "./statistics.ts";

const script = new URL("./bullmq_side.ts", import.meta.url);
const delayMs = 1;
const concurrency = 50;

/** B2 and B4 with a network in between: on one machine a round trip costs next to nothing, and hides how many there are. */
export const bullmqFar: Bench = {
  name: "bullmq_far",
  question: "What does a round trip of a millisecond more to Redis cost, against BullMQ's own Worker behind the same?",
  async run({ quick, say }) {
    const redis = await startRedis();
    await using far = await farRedis({ host: redis.host, port: redis.port }, delayMs);
    const tasks = quick ? 500 : 10_000;
    const ask = (side: SideRequest["side"], what: SideRequest["what"], count: number, lanes: number) =>
      runApart<SideFigures>(script, { side, what, port: far.port, tasks: count, concurrency: lanes });
    const both = (what: SideRequest["what"], count: number, lanes: number) => ({
      ours: () => ask("ours", what, count, lanes),
      raw: () => ask("raw", what, count, lanes),
    });
    try {
      const addedMs = rounded((await roundTripMs(far.port)) - (await roundTripMs(redis.port)));
      const calm = await measureCalm(quick ? 1 : 5, async () => (await ask("raw", "drain", tasks, concurrency)).wallMs);
      say(`the same side twice: ${calm.ratios.median}; a round trip takes ${addedMs} ms more`);
      const drained = await alternate(quick ? 1 : 9, both("drain", tasks, concurrency), ({ ours, raw }, number) => {
        const [mine, theirs] = [ours, raw].map(({ wallMs }) => rounded((tasks / wallMs) * 1_000, 0));
        say(`pair ${number}: ours ${mine} tasks/s, BullMQ ${theirs} tasks/s`);
      });
      const singles = await alternate(quick ? 1 : 3, both("latency", quick ? 50 : 1_000, 1), () => undefined);
      const p50 = (side: "ours" | "raw") => spread(singles.map((pair) => median(pair[side].ms)));
      const p99 = (side: "ours" | "raw") => spread(singles.map((pair) => quantile(pair[side].ms, 0.99)));
      const moreMs = spread(singles.map(({ ours, raw }) => median(ours.ms) - median(raw.ms)));
      const rate = (side: "ours" | "raw") =>
        spread(
          drained.map((pair) => (tasks / pair[side].wallMs) * 1_000),
          0,
        );
      const rateRatio = spread(drained.map(({ ours, raw }) => raw.wallMs / ours.wallMs));
      const cpuRatio = spread(drained.map(({ ours, raw }) => ours.cpuUsPerTask / raw.cpuUsPerTask));
      return {
        figures: {
          tasks,
          addedRoundTripMs: addedMs,
          sameSideTwice: calm.ratios,
          wallIsVoid: calm.trouble ?? false,
          cpuRatio,
          rateRatio,
          tasksPerSecond: rate("ours"),
          tasksPerSecondRaw: rate("raw"),
          latencyP50Ms: p50("ours"),
          latencyP50MsRaw: p50("raw"),
          latencyP99Ms: p99("ours"),
          latencyP99MsRaw: p99("raw"),
        },
        goals: [
          { what: "CPU per task, as a multiple of BullMQ's Worker", got: cpuRatio.median, atMost: 1.2 },
          {
            what: "tasks/s, as a share of BullMQ's Worker",
            got: rateRatio.median,
            atLeast: 0.83,
            void: calm.trouble,
          },
          {
            what: "publish to handler, median beyond BullMQ's, ms",
            got: moreMs.median,
            atMost: 0.15,
            void: calm.trouble,
          },
        ],
      };
    } finally {
      await redis.stop();
    }
  },
};

async function roundTripMs(port: number): Promise<number> {
  const client = new Client({ port });
  const times: number[] = [];
  for (let n = 0; n < 100; n += 1) {
    const askedAt = performance.now();
    await client.ping();
    times.push(performance.now() - askedAt);
  }
  client.disconnect();
  return median(times);
}
