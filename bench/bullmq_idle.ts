import { startRedis } from "../test/support/redis.ts";
import { alternate } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { SideFigures, SideRequest } from "./bullmq_side.ts";
import { runApart } from "./run_apart.ts";
import { rounded, spread } from "./statistics.ts";

const script = new URL("./bullmq_side.ts", import.meta.url);
const queues = 20;

/** B8 over Redis: what the server has to do while nobody has anything to do. */
export const bullmqIdle: Bench = {
  name: "bullmq_idle",
  question: "What do 20 idle pools on 20 queues ask of Redis, against 20 idle Workers of BullMQ?",
  async run({ quick, say }) {
    const redis = await startRedis();
    // Workers come back to it every 5 seconds: less would be luck.
    const seconds = quick ? 1 : 30;
    const ask = (side: SideRequest["side"]) =>
      runApart<SideFigures>(script, { side, what: "idle", port: redis.port, tasks: seconds, concurrency: queues });
    try {
      const sides = { ours: () => ask("ours"), raw: () => ask("raw") };
      const pairs = await alternate(quick ? 1 : 3, sides, ({ ours, raw }, number) => {
        const [mine, theirs] = [ours, raw].map((side) => rounded(side.commandsPerTask));
        say(`pair ${number}: ours ${mine} commands/s, BullMQ ${theirs} commands/s`);
      });
      const of = (side: "ours" | "raw", figure: Exclude<keyof SideFigures, "ms">) =>
        spread(pairs.map((pair) => pair[side][figure]));
      const more = spread(pairs.map(({ ours, raw }) => ours.commandsPerTask - raw.commandsPerTask));
      return {
        figures: {
          queues,
          seconds,
          moreCommandsPerSecond: more,
          commandsPerSecond: of("ours", "commandsPerTask"),
          commandsPerSecondRaw: of("raw", "commandsPerTask"),
          scriptsPerSecond: of("ours", "evalshaPerTask"),
          scriptsPerSecondRaw: of("raw", "evalshaPerTask"),
          cpuUsPerSecond: of("ours", "cpuUsPerTask"),
          cpuUsPerSecondRaw: of("raw", "cpuUsPerTask"),
          redisUsPerSecond: of("ours", "redisUsPerTask"),
          redisUsPerSecondRaw: of("raw", "redisUsPerTask"),
        },
        goals: [
          {
            what: "Redis commands/s of 20 idle pools beyond BullMQ's, scripts' own included",
            got: more.median,
            atMost: 1,
          },
        ],
      };
    } finally {
      await redis.stop();
    }
  },
};
