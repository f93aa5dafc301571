import type { Bench } from "./bench.ts";
import type { LatencyFigures } from "./latency_side.ts";
import { runApart } from "./run_apart.ts";
import { quantile, rounded } from "./statistics.ts";

const script = new URL("./latency_side.ts", import.meta.url);

/** B4: how long a single task is on its way to an idle worker. What a mailbox adds is its poll interval. */
export const latency: Bench = {
  name: "latency",
  question: "How long is one task on its way from publish to its handler, in memory?",
  async run({ quick }) {
    const tasks = quick ? 50 : 1000;
    const { ms } = await runApart<LatencyFigures>(script, { tasks });
    const at = (share: number) => rounded(quantile(ms, share), 4);
    const p99 = at(0.99);
    return {
      figures: { tasks, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: p99, maxMs: at(1) },
      goals: [{ what: "publish to handler, 99th percentile, ms", got: p99, atMost: 1 }],
    };
  },
};
