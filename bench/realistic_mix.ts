import { alternate, measureCalm } from "./alternate.ts";
import type { Bench, Goal } from "./bench.ts";
import { type QueuePlace, queueKinds } from "./queue_of_kind.ts";
import { withQueueSides } from "./queue_sides.ts";
import type { MixFigures, MixRequest } from "./realistic_mix_side.ts";
import { rounded, type Spread, spread } from "./statistics.ts";

const script = new URL("./realistic_mix_side.ts", import.meta.url);
const [concurrency, waitMs, workMs] = [50, 20, 2];

/** B6: tasks that wait for somebody and then compute; how near the pool comes to what one thread can do. */
export const realisticMix: Bench = {
  name: "realistic_mix",
  question: "How near to the ideal is a pool of 50 whose tasks wait 20 ms and compute 2 ms?",
  run: ({ quick, say }) =>
    withQueueSides(async (run) => {
      const tasks = quick ? 100 : 5_000;
      const idealMs = Math.max(tasks * workMs + waitMs, (tasks / concurrency) * (waitMs + workMs));
      const makespan = async (kind: QueuePlace["kind"], queued = true) => {
        const request: MixRequest = { queued, tasks, concurrency, waitMs, workMs };
        return (await run<MixFigures>(script, kind, request)).makespanMs;
      };
      const bare = () => makespan("memory", false);
      const calm = await measureCalm(quick ? 1 : 3, bare);
      say(`the same side twice: ${calm.ratios.median}`);
      const rounds = await alternate(
        quick ? 1 : 5,
        { bare, memory: () => makespan("memory"), sqlite: () => makespan("sqlite"), bullmq: () => makespan("bullmq") },
        (round, number) => {
          const shares = queueKinds.map((kind) => `${kind} ${rounded(idealMs / round[kind], 3)}`);
          say(`round ${number}: of the ideal ${shares.join(", ")}, loops alone ${rounded(idealMs / round.bare, 3)}`);
        },
      );
      const figures: Record<string, number | string | boolean | Spread> = {
        tasks,
        idealMs,
        sameSideTwice: calm.ratios,
        wallIsVoid: calm.trouble ?? false,
        loopsAloneShareOfIdeal: spread(
          rounds.map(({ bare }) => idealMs / bare),
          3,
        ),
      };
      const goals: Goal[] = [];
      for (const kind of queueKinds) {
        const share = spread(
          rounds.map((round) => idealMs / round[kind]),
          3,
        );
        figures[`${kind}ShareOfIdeal`] = share;
        figures[`${kind}ShareOfLoopsAlone`] = spread(
          rounds.map((round) => round.bare / round[kind]),
          3,
        );
        goals.push({ what: `${kind}: ideal makespan over ours`, got: share.median, atLeast: 0.95, void: calm.trouble });
      }
      return { figures, goals };
    }),
};
