import { alternate } from "./alternate.ts";
import type { Bench, Goal } from "./bench.ts";
import { inBenchDirectory } from "./bench_directory.ts";
import { runApart } from "./run_apart.ts";
import type { SideFigures, SideRequest } from "./sqlite_queue_side.ts";
import { median, rounded, type Spread, spread } from "./statistics.ts";

const script = new URL("./sqlite_queue_side.ts", import.meta.url);

/** A pool of the usual size, a large one, and what shows the ceiling. */
const lanesMeasured = [8, 64, 250];

const perSecondGoal = 20_000;
const shareOfBoundGoal = 0.8;

type Durability = SideRequest["durability"];

/** What a task costs on its way through an SQLite file, and how near that is to what SQLite and the disk allow. */
export const sqliteQueue: Bench = {
  name: "sqlite_queue",
  question: "How many tasks go through an SQLite queue in a second, and how many could for the disk's sake?",
  async run({ quick, say }) {
    const figures: Record<string, number | Spread> = {};
    const goals: Goal[] = [];
    for (const durability of ["process", "machine"] as const) {
      for (const lanes of lanesMeasured) {
        const label = `${durability}${lanes}`;
        const measured = await measure({ durability, lanes, quick });
        const perSecond = spread(
          measured.map(({ queue }) => queue.tasksPerSecond),
          0,
        );
        const share = shareOf(measured, "rows");
        const shareOfBare = shareOf(measured, "bare");
        const perCommit = rounded(median(measured.map(({ queue }) => queue.tasksPerCommit)), 1);
        say(
          `${durability}, ${lanes} lanes: ${perSecond.median} tasks/s, ${perCommit} per commit; ${share.median} of its rows alone, ${shareOfBare.median} of bare SQLite`,
        );
        figures[`${label}TasksPerSecond`] = perSecond;
        figures[`${label}TasksPerCommit`] = perCommit;
        figures[`${label}ShareOfItsRowsAlone`] = share;
        figures[`${label}ShareOfBareSqlite`] = shareOfBare;
        figures[`${label}CpuUsPerTask`] = spread(measured.map(({ queue }) => queue.cpuUsPerTask));
        goals.push(...goalsOf(durability, lanes, perSecond.median, share.median));
      }
    }
    return { figures, goals };
  },
};

interface Round {
  readonly queue: SideFigures;
  /** The same rows from one thread, with no queue around them. */
  readonly rows: SideFigures;
  /** One small row for each task, put in and taken out. */
  readonly bare: SideFigures;
}

function shareOf(measured: readonly Round[], bound: "rows" | "bare"): Spread {
  return spread(measured.map((round) => round.queue.tasksPerSecond / round[bound].tasksPerSecond));
}

/** The other sides commit as many tasks at a time as the queue did. */
async function measure(options: {
  readonly durability: Durability;
  readonly lanes: number;
  readonly quick: boolean;
}): Promise<readonly Round[]> {
  const { durability, lanes, quick } = options;
  const tasks = (quick ? 200 : 2_000) * Math.min(lanes, durability === "machine" ? 16 : 50);
  const run = (side: SideRequest["side"], batch: number) =>
    inBenchDirectory((directory) =>
      runApart<SideFigures>(script, { side, durability, directory, tasks, lanes, batch } satisfies SideRequest),
    );
  let batch = Math.ceil(lanes / 2);
  const queue = async () => {
    const figures = await run("queue", batch);
    batch = Math.max(1, Math.round(figures.tasksPerCommit));
    return figures;
  };
  return await alternate(
    quick ? 1 : 3,
    { queue, rows: () => run("rows", batch), bare: () => run("bare", batch) },
    () => undefined,
  );
}

function goalsOf(durability: Durability, lanes: number, perSecond: number, share: number): readonly Goal[] {
  if (durability === "machine") {
    const what = `share of the same commits from one thread, surviving the machine, ${lanes} lanes`;
    return [{ what, got: share, atLeast: shareOfBoundGoal }];
  }
  if (lanes !== Math.max(...lanesMeasured)) return [];
  return [{ what: `tasks/s, surviving the process, ${lanes} lanes`, got: perSecond, atLeast: perSecondGoal }];
}
