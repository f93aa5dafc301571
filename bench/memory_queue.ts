import type { Bench } from "./bench.ts";
import type { SideFigures, SideRequest } from "./memory_queue_side.ts";
import { runApart } from "./run_apart.ts";
import { median, rounded } from "./statistics.ts";

const script = new URL("./memory_queue_side.ts", import.meta.url);
const pairs = 9;

/** B1: what a task costs on its way through publisher, queue, worker and settling, beside the fastest bare queue we know. */
export const memoryQueue: Bench = {
  name: "memory_queue",
  question: "What does a task cost in memory, against fastq.promise?",
  async run({ quick, say }) {
    const tasks = quick ? 20_000 : 200_000;
    const run = (side: SideRequest["side"]) => runApart<SideFigures>(script, { side, tasks });
    const mine: SideFigures[] = [];
    const theirs: SideFigures[] = [];
    const spans: SideFigures[] = [];
    for (let pair = 0; pair < (quick ? 1 : pairs); pair += 1) {
      if (pair % 2 === 0) {
        mine.push(await run("ours"));
        theirs.push(await run("fastq"));
      } else {
        theirs.push(await run("fastq"));
        mine.push(await run("ours"));
      }
      spans.push(await run("ours with spans"));
      say(
        `pair ${pair + 1}: ours ${rounded(mine[pair]?.cpuUsPerTask ?? 0)} µs, fastq ${rounded(theirs[pair]?.cpuUsPerTask ?? 0)} µs`,
      );
    }
    const ratios = mine.map((side, pair) => side.wallMs / (theirs[pair]?.wallMs ?? Number.NaN));
    const ratio = rounded(median(ratios));
    const cpu = rounded(median(mine.map((side) => side.cpuUsPerTask)));
    const cpuSpans = rounded(median(spans.map((side) => side.cpuUsPerTask)));
    return {
      figures: {
        tasks,
        wallRatioToFastq: ratio,
        cpuUsPerTask: cpu,
        cpuUsPerTaskFastq: rounded(median(theirs.map((side) => side.cpuUsPerTask))),
        cpuUsPerTaskWithSpans: cpuSpans,
      },
      goals: [
        { what: "wall time, as a multiple of fastq.promise", got: ratio, atMost: 3 },
        { what: "CPU per task, µs", got: cpu, atMost: 4 },
        { what: "CPU per task with recording spans, µs", got: cpuSpans, atMost: 10 },
      ],
    };
  },
};
