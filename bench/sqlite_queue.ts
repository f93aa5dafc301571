import { alternate, measureCalm } from "./alternate.ts";
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
    const calm = await measureCalm(quick ? 1 : 3, async () => {
      const round = await runSide("rows", { durability: "machine", lanes: 64, quick });
      return round.msPerCommit;
    });
    say(`the same side twice: ${calm.ratios.median}`);
    figures.sameSideTwice = calm.ratios;
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
        const [commitMs, rowsMs] = [msOf(measured, "queue"), msOf(measured, "rows")];
        say(
          `${durability}, ${lanes} lanes: ${perSecond.median} tasks/s, ${perCommit} per commit, which takes ${commitMs} ms (${rowsMs} its rows alone); ${share.median} of its rows alone, ${shareOfBare.median} of bare SQLite`,
        );
        figures[`${label}TasksPerSecond`] = perSecond;
        figures[`${label}TasksPerCommit`] = perCommit;
        figures[`${label}CommitMs`] = commitMs;
        figures[`${label}CommitOfItsRowsAloneMs`] = rowsMs;
        figures[`${label}ShareOfItsRowsAlone`] = share;
        figures[`${label}ShareOfBareSqlite`] = shareOfBare;
        figures[`${label}CpuUsPerTask`] = spread(measured.map(({ queue }) => queue.cpuUsPerTask));
        for (const goal of goalsOf(durability, lanes, perSecond.median, share.median)) {
          goals.push({ ...goal, void: calm.trouble });
        }
      }
    }
    return { figures, goals };
  },
};

interface Round {
  readonly queue: SideFigures;
  /** The same transactions from one thread, with no queue around them: the bound, whatever the queue makes of it. */
  readonly rows: SideFigures;
  /** One small row for each task, put in and taken out. */
  readonly bare: SideFigures;
}

function shareOf(measured: readonly Round[], bound: "rows" | "bare"): Spread {
  return spread(measured.map((round) => round.queue.tasksPerSecond / round[bound].tasksPerSecond));
}

function msOf(measured: readonly Round[], side: keyof Round): number {
  return rounded(median(measured.map((round) => round[side].msPerCommit)), 3);
}

interface Load {
  readonly durability: Durability;
  readonly lanes: number;
  readonly quick: boolean;
}

function runSide(side: SideRequest["side"], { durability, lanes, quick }: Load): Promise<SideFigures> {
  const tasks = (quick ? 200 : 2_000) * Math.min(lanes, durability === "machine" ? 16 : 50);
  return inBenchDirectory((directory) =>
    runApart<SideFigures>(script, { side, durability, directory, tasks, lanes } satisfies SideRequest),
  );
}

function measure(load: Load): Promise<readonly Round[]> {
  const sides = {
    queue: () => runSide("queue", load),
    rows: () => runSide("rows", load),
    bare: () => runSide("bare", load),
  };
  return alternate(load.quick ? 1 : 3, sides, () => undefined);
}

function goalsOf(durability: Durability, lanes: number, perSecond: number, share: number): readonly Goal[] {
  if (durability === "machine") {
    const what = `share of the same transactions from one thread, surviving the machine, ${lanes} lanes`;
    return [{ what, got: share, atLeast: shareOfBoundGoal }];
  }
  if (lanes !== Math.max(...lanesMeasured)) return [];
  return [{ what: `tasks/s, surviving the process, ${lanes} lanes`, got: perSecond, atLeast: perSecondGoal }];
}
