import { alternate, measureCalm } from "./alternate.ts";
import type { Bench, Goal } from "./bench.ts";
import type { FairnessFigures, FairnessRequest } from "./fairness_side.ts";
import { type QueuePlace, queueKinds } from "./queue_of_kind.ts";
import { withQueueSides } from "./queue_sides.ts";
import { jainIndex, quantile, rounded, type Spread, spread } from "./statistics.ts";

const script = new URL("./fairness_side.ts", import.meta.url);
const [groups, smallEvery, groupLimit, concurrency, handleMs] = [100, 10, 2, 10, 5];

/** B7: one of a hundred groups holds nine tenths of the tasks; what the others have to wait because of it. */
export const fairness: Bench = {
  name: "fairness",
  question: "How long do 99 small groups wait beside one that holds nine of ten tasks, and do they wait alike?",
  run: ({ quick, say }) =>
    withQueueSides(async (run) => {
      // Each small group has as many tasks as the others.
      const tasks = (quick ? 1 : 5) * (groups - 1) * smallEvery;
      const request: FairnessRequest = { tasks, groups, smallEvery, groupLimit, concurrency, handleMs };
      const measure = async (kind: QueuePlace["kind"]) => figuresOf(await run<FairnessFigures>(script, kind, request));
      const calm = await measureCalm(quick ? 1 : 3, async () => (await measure("memory")).p99WaitMs);
      say(`the same side twice: ${calm.ratios.median}`);
      const rounds = await alternate(
        quick ? 1 : 5,
        { memory: () => measure("memory"), sqlite: () => measure("sqlite"), bullmq: () => measure("bullmq") },
        (round, number) => {
          const each = queueKinds.map(
            (kind) => `${kind} ${rounded(round[kind].jain, 3)}, ${rounded(round[kind].p99WaitMs, 0)} ms`,
          );
          say(`round ${number}: Jain index and p99 ${each.join("; ")}`);
        },
      );
      const bestMs = (((tasks / smallEvery) * handleMs) / (concurrency - groupLimit)) * 0.99;
      const inLineMs = ((tasks * handleMs) / concurrency) * 0.99;
      const figures: Record<string, number | string | boolean | Spread> = {
        tasks,
        sameSideTwice: calm.ratios,
        wallIsVoid: calm.trouble ?? false,
        p99WaitMsAtBest: rounded(bestMs, 0),
        p99WaitMsWithoutLimit: rounded(inLineMs, 0),
      };
      const goals: Goal[] = [];
      for (const kind of queueKinds) {
        const of = (figure: keyof Waits, digits: number) =>
          spread(
            rounds.map((round) => round[kind][figure]),
            digits,
          );
        figures[`${kind}JainIndex`] = of("jain", 3);
        const mostOfLarge = Math.max(...rounds.map((round) => round[kind].mostOfLargeAtOnce));
        const p99 = of("p99WaitMs", 0);
        figures[`${kind}P99WaitMs`] = p99;
        figures[`${kind}P99WaitTimesBest`] = rounded(p99.median / bestMs);
        goals.push(
          { what: `${kind}: Jain index of the small groups' waits`, got: of("jain", 3).median, atLeast: 0.95 },
          { what: `${kind}: most tasks of the large group at once`, got: mostOfLarge, atMost: groupLimit },
        );
      }
      return { figures, goals };
    }),
};

interface Waits {
  readonly jain: number;
  readonly p99WaitMs: number;
  readonly mostOfLargeAtOnce: number;
}

function figuresOf({ waitsMs, mostOfLargeAtOnce }: FairnessFigures): Waits {
  const means = waitsMs.map((waits) => waits.reduce((sum, ms) => sum + ms, 0) / waits.length);
  return { jain: jainIndex(means), p99WaitMs: quantile(waitsMs.flat(), 0.99), mostOfLargeAtOnce };
}
