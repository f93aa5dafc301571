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
      const makespan = async (kind: QueuePlace["kind"], side: MixRequest["side"] = "queue") => {
        const request: MixRequest = { side, tasks, concurrency, waitMs, workMs };
        return (await run<MixFigures>(script, kind, request)).makespanMs;
      };
      const loops = () => makespan("memory", "loops");
      const calm = await measureCalm(quick ? 1 : 3, loops);
      say(`the same side twice: ${calm.ratios.median}`);
      const rounds = await alternate(
        quick ? 1 : 5,
        {
          loops,
          memory: () => makespan("memory"),
          sqlite: () => makespan("sqlite"),
          bullmq: () => makespan("bullmq"),
          worker: () => makespan("bullmq", "worker"),
        },
        (round, number) => {
          const shares = queueKinds.map((kind) => `${kind} ${rounded(idealMs / round[kind], 3)}`);
          const [worker, alone] = [round.worker, round.loops].map((ms) => rounded(idealMs / ms, 3));
          say(`round ${number}: of the ideal ${shares.join(", ")}; BullMQ's Worker ${worker}, loops alone ${alone}`);
        },
      );
      const figures: Record<string, number | string | boolean | Spread> = {
        tasks,
        idealMs,
        sameSideTwice: calm.ratios,
        wallIsVoid: calm.trouble ?? false,
        loopsAloneShareOfIdeal: spread(
          rounds.map(({ loops }) => idealMs / loops),
          3,
        ),
        bullmqWorkerShareOfIdeal: spread(
          rounds.map(({ worker }) => idealMs / worker),
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
          rounds.map((round) => round.loops / round[kind]),
          3,
        );
        goals.push({ what: `${kind}: ideal makespan over ours`, got: share.median, atLeast: 0.95, void: calm.trouble });
      }
      return { figures, goals };
    }),
};
