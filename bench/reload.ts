import { freePort } from "../test/support/free_port.ts";
import { alternate } from "./alternate.ts";
import type { Bench, Goal } from "./bench.ts";
import type { BusyFigures, BusyRequest } from "./busy_runtime_side.ts";
import { type QueuePlace, queueKinds } from "./queue_of_kind.ts";
import { withQueueSides } from "./queue_sides.ts";
import { quantile, rounded, type Spread, spread } from "./statistics.ts";

const script = new URL("./busy_runtime_side.ts", import.meta.url);

/** B13: what tasks notice of a configuration that changes while they run; each change replaces their pool. */
export const reload: Bench = {
  name: "reload",
  question: "How long do tasks stand still while the pool they run in is replaced by a reload, and is any lost?",
  run: ({ quick, say }) =>
    withQueueSides<Omit<BusyRequest, keyof QueuePlace>, Awaited<ReturnType<Bench["run"]>>>(async (run) => {
      const [seconds, swaps] = quick ? [0.5, 4] : [20, 100];
      const measure = async (kind: QueuePlace["kind"]) =>
        await run<BusyFigures>(script, kind, {
          ...{ name: "busy", controlPort: await freePort(), concurrency: 50, pump: {}, seconds, swaps },
        });
      const kinds = quick ? (["bullmq"] as const) : queueKinds;
      const rounds = await alternate(
        quick ? 1 : 3,
        Object.fromEntries(kinds.map((kind) => [kind, () => measure(kind)])),
        (round, number) => {
          const each = kinds.map((kind) => `${kind} ${sentenceOf(round[kind])}`);
          say(`round ${number}, median and longest: ${each.join("; ")}`);
        },
      );
      const figures: Record<string, number | string | boolean | Spread> = { swaps: swaps * rounds.length };
      const goals: Goal[] = [];
      for (const kind of kinds) {
        const of = rounds.flatMap((round) => round[kind] ?? []);
        const [gaps, quiet] = [of.flatMap(({ gapsMs }) => gapsMs), of.flatMap(({ quietGapsMs }) => quietGapsMs)];
        const beyond = (share: number) => rounded(quantile(gaps, share) - quantile(quiet, share));
        const lostOrDoubled = of.reduce((sum, { lost, doubled }) => sum + lost + doubled, 0);
        figures[`${kind}Accepted`] = of.reduce((sum, { accepted }) => sum + accepted, 0);
        figures[`${kind}LostOrDoubled`] = lostOrDoubled;
        figures[`${kind}TasksPerSecond`] = spread(
          of.map(({ tasksPerSecond }) => tasksPerSecond),
          0,
        );
        figures[`${kind}ReloadMs`] = spread(of.flatMap(({ reloadsMs }) => reloadsMs));
        for (const [name, share] of [
          ["P50", 0.5],
          ["P95", 0.95],
          ["Max", 1],
        ] as const) {
          figures[`${kind}Pause${name}Ms`] = rounded(quantile(gaps, share));
          figures[`${kind}Quiet${name}Ms`] = rounded(quantile(quiet, share));
        }
        goals.push(
          { what: `${kind}: tasks lost or doubled`, got: lostOrDoubled, atMost: 0 },
          { what: `${kind}: pause by a reload beyond that of a quiet time, median, ms`, got: beyond(0.5), atMost: 5 },
          { what: `${kind}: the same at the 95th percentile, ms`, got: beyond(0.95), atMost: 5 },
        );
      }
      return { figures, goals };
    }),
};

function sentenceOf(figures: BusyFigures | undefined): string {
  const { gapsMs = [], quietGapsMs = [] } = figures ?? {};
  const [gaps, quiet] = [gapsMs, quietGapsMs].map(
    (ms) => `${rounded(quantile(ms, 0.5))} and ${rounded(quantile(ms, 1))} ms`,
  );
  return `${gaps}, otherwise ${quiet}`;
}
