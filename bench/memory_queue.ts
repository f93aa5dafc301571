import { alternate, measureCalm } from "./alternate.ts";
import type { Bench } from "./bench.ts";
import type { SideFigures, SideRequest } from "./memory_queue_side.ts";
import { runApart } from "./run_apart.ts";
import { rounded, spread } from "./statistics.ts";

const script = new URL("./memory_queue_side.ts", import.meta.url);

/** For both sides: V8's helper threads would collect garbage beside the work, and whose CPU time that is changes from run to run. */
const oneThread = ["--single-threaded-gc"];

/** B1: what a task costs on its way through publisher, queue, worker and settling, beside the fastest bare queue we know. */
export const memoryQueue: Bench = {
  name: "memory_queue",
  question: "What does a task cost in memory, against fastq.promise?",
  async run({ quick, say }) {
    const tasks = quick ? 5_000 : 200_000;
    const run = (side: SideRequest["side"]) => runApart<SideFigures>(script, { side, tasks }, oneThread);
    const calm = await measureCalm(quick ? 1 : 5, async () => (await run("ours")).wallMs);
    say(`the same side twice: ${calm.ratios.median}`);
    const sides = { ours: () => run("ours"), fastq: () => run("fastq"), spans: () => run("ours with spans") };
    const rounds = await alternate(quick ? 1 : 9, sides, ({ ours, fastq, spans }, number) => {
      const [mine, theirs, recorded] = [ours, fastq, spans].map((side) => rounded(side.cpuUsPerTask));
      say(`pair ${number}: ours ${mine} µs, fastq ${theirs} µs, ours with spans ${recorded} µs`);
    });
    const ratio = spread(rounds.map(({ ours, fastq }) => ours.wallMs / fastq.wallMs));
    const cpu = spread(rounds.map(({ ours }) => ours.cpuUsPerTask));
    const cpuWithSpans = spread(rounds.map(({ spans }) => spans.cpuUsPerTask));
    return {
      figures: {
        tasks,
        sameSideTwice: calm.ratios,
        wallRatioToFastq: ratio,
        cpuUsPerTask: cpu,
        cpuUsPerTaskFastq: spread(rounds.map(({ fastq }) => fastq.cpuUsPerTask)),
        cpuUsPerTaskWithSpans: cpuWithSpans,
      },
      goals: [
        { what: "wall time, as a multiple of fastq.promise", got: ratio.median, atMost: 3, void: calm.trouble },
        { what: "CPU per task, µs", got: cpu.median, atMost: 4 },
        { what: "CPU per task with recording spans, µs", got: cpuWithSpans.median, atMost: 10 },
      ],
    };
  },
};
