import { startRedis } from "../test/support/redis.ts";
import { alternate, measureCalm } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { SideFigures, SideRequest } from "./bullmq_side.ts";
import { runApart } from "./run_apart.ts";
import { median, quantile, rounded, spread } from "./statistics.ts";

const script = new URL("./bullmq_side.ts", import.meta.url);
const concurrency = 50;
const shares = [0.5, 0.99, 0.999];

/**
 * B5: how long a task is on its way while tasks come by chance (an open loop), half as many as BullMQ's own Worker drains
 * when nobody publishes. A task's time counts from when it was due, so that waiting publishers hide nothing (coordinated
 * omission). Publishers and workers of a side share a process, as those of an application may; the rounds are
 * shorter than the minute of a soak, and there are several.
 */
export const bullmqLoad: Bench = {
  name: "bullmq_load",
  question: "How long is a task on its way over Redis at half load, against BullMQ's own Worker?",
  async run({ quick, say }) {
    const redis = await startRedis();
    const [drained, seconds] = quick ? [500, 1] : [10_000, 15];
    const ask = (request: Omit<SideRequest, "port" | "concurrency">) =>
      runApart<SideFigures>(script, { ...request, port: redis.port, concurrency });
    try {
      const rates: number[] = [];
      const calm = await measureCalm(quick ? 1 : 5, async () => {
        const { wallMs } = await ask({ side: "raw", what: "drain", tasks: drained });
        rates.push((drained / wallMs) * 1_000);
        return wallMs;
      });
      const perSecond = Math.round(median(rates) / 2);
      say(`the same side twice: ${calm.ratios.median}; ${perSecond} tasks/s are half load`);
      const loaded = (side: SideRequest["side"]) => ask({ side, what: "load", tasks: perSecond * seconds, perSecond });
      const pairs = (
        await alternate(quick ? 1 : 5, { ours: () => loaded("ours"), raw: () => loaded("raw") }, ({ ours, raw }, n) => {
          const [mine, theirs] = [ours, raw].map(({ ms }) => shares.map((p) => rounded(quantile(ms, p))).join(" / "));
          say(`pair ${n}, ms at p50 / p99 / p99.9: ours ${mine}, BullMQ ${theirs}`);
        })
      ).map(({ ours, raw }) => ({ ours: withQuantiles(ours), raw: withQuantiles(raw) }));
      const of = (figure: keyof Quantiles) => ({
        ratio: spread(pairs.map(({ ours, raw }) => ours[figure] / raw[figure])),
        ours: spread(pairs.map(({ ours }) => ours[figure])),
        raw: spread(pairs.map(({ raw }) => raw[figure])),
      });
      const [p50, p99, p999, cpu] = [of("p50"), of("p99"), of("p999"), of("cpuUsPerTask")];
      return {
        figures: {
          perSecond,
          seconds,
          sameSideTwice: calm.ratios,
          wallIsVoid: calm.trouble ?? false,
          cpuRatio: cpu.ratio,
          cpuUsPerTask: cpu.ours,
          cpuUsPerTaskRaw: cpu.raw,
          p50Ratio: p50.ratio,
          p99Ratio: p99.ratio,
          p999Ratio: p999.ratio,
          p50Ms: p50.ours,
          p50MsRaw: p50.raw,
          p99Ms: p99.ours,
          p99MsRaw: p99.raw,
          p999Ms: p999.ours,
          p999MsRaw: p999.raw,
        },
        goals: [
          {
            what: "99th percentile at half load, as a multiple of BullMQ's",
            got: p99.ratio.median,
            atMost: 1.5,
            void: calm.trouble,
          },
        ],
      };
    } finally {
      await redis.stop();
    }
  },
};

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly cpuUsPerTask: number;
}

function withQuantiles({ ms, cpuUsPerTask }: SideFigures): Quantiles {
  const [p50 = Number.NaN, p99 = Number.NaN, p999 = Number.NaN] = shares.map((share) => quantile(ms, share));
  return { p50, p99, p999, cpuUsPerTask };
}
