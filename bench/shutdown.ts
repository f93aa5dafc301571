import { freePort } from "../test/support/free_port.ts";
import { startRedis } from "../test/support/redis.ts";
import type { Bench, Goal } from "./bench.ts";
import { inBenchDirectory } from "./bench_directory.ts";
import { type BenchRuntimeSettings, writeBenchRuntimeConfig } from "./bench_runtime_config.ts";
import { type QueuePlace, queueKinds } from "./queue_of_kind.ts";
import { rounded, type Spread, spread } from "./statistics.ts";
import { StoppedRuntime } from "./stopped_runtime.ts";

const held = 50;

interface Times {
  /** Long enough to be told to go while all tasks are in hand. */
  readonly fitsMs: number;
  readonly fitsDeadline: string;
  readonly tooLongMs: number;
  readonly deadlineMs: number;
  readonly runs: number;
}

const asDesigned: Times = { fitsMs: 2_000, fitsDeadline: "10s", tooLongMs: 60_000, deadlineMs: 5_000, runs: 5 };
const inQuick: Times = { fitsMs: 300, fitsDeadline: "5s", tooLongMs: 60_000, deadlineMs: 1_000, runs: 1 };

/** B10 and B11: how soon a runtime leaves that is told to go, idle, with tasks that fit into its deadline, and with tasks that do not. */
export const shutdown: Bench = {
  name: "shutdown",
  question: "How soon is a runtime gone after SIGTERM, idle or with 50 tasks in hand, and who has them then?",
  async run({ quick, say }) {
    const times = quick ? inQuick : asDesigned;
    const redis = await startRedis();
    const figures: Record<string, number | Spread> = { held };
    const goals: Goal[] = [];
    try {
      for (const kind of quick ? (["bullmq"] as const) : queueKinds) {
        const place = (directory: string): QueuePlace => ({ kind, directory, port: redis.port });
        const several = async <T>(once: (place: QueuePlace) => Promise<T>): Promise<readonly T[]> => {
          const results: T[] = [];
          for (let n = 0; n < times.runs; n += 1) {
            results.push(await inBenchDirectory((directory) => once(place(directory))));
          }
          return results;
        };
        const idleMs = spread(await several(stopIdle), 0);
        const busy = await several((each) => stopBusy(each, times));
        const afterLastMs = spread(
          busy.map(({ afterLastMs }) => afterLastMs),
          0,
        );
        const unfinished = busy.reduce((sum, { done }) => sum + held - done, 0);
        say(`${kind}: idle ${idleMs.median} ms, busy ${afterLastMs.median} ms after its last task`);
        figures[`${kind}IdleMs`] = idleMs;
        figures[`${kind}BusyMs`] = spread(
          busy.map(({ tookMs }) => tookMs),
          0,
        );
        figures[`${kind}AfterLastTaskMs`] = afterLastMs;
        goals.push(
          { what: `${kind}: SIGTERM while idle to exit, ms`, got: idleMs.median, atMost: 100 },
          { what: `${kind}: last of ${held} tasks in hand to exit, ms`, got: afterLastMs.median, atMost: 100 },
          { what: `${kind}: of those, not finished`, got: unfinished, atMost: 0 },
        );
        if (kind === "memory") continue; // nobody else could go on with its tasks
        const late = await several((each) => stopLate(each, times));
        const tookMs = spread(
          late.map(({ tookMs }) => tookMs),
          0,
        );
        const share = Math.min(...late.map(({ requeued }) => requeued / held));
        const pickupMs = rounded(Math.max(...late.flatMap(({ pickupsMs }) => pickupsMs)), 0);
        say(
          `${kind}: over its deadline gone after ${tookMs.median} ms, ${share * 100} % given back, taken within ${pickupMs} ms`,
        );
        figures[`${kind}OverDeadlineMs`] = tookMs;
        figures[`${kind}RequeuedShare`] = share;
        figures[`${kind}PickupMs`] = spread(late.flatMap(({ pickupsMs }) => pickupsMs));
        figures[`${kind}PickupMaxMs`] = pickupMs;
        goals.push(
          {
            what: `${kind}: SIGTERM with tasks that do not fit to exit, ms`,
            got: tookMs.median,
            atMost: times.deadlineMs + 500,
          },
          { what: `${kind}: share of those given back`, got: share, atLeast: 1 },
          { what: `${kind}: given back to taken by another process, longest, ms`, got: pickupMs, atMost: 1_000 },
        );
      }
      return { figures, goals };
    } finally {
      await redis.stop();
    }
  },
};

async function stopIdle(place: QueuePlace): Promise<number> {
  await using runtime = await start(place, {});
  const { askedAt, goneAt } = await runtime.stop();
  return goneAt - askedAt;
}

async function stopBusy(place: QueuePlace, { fitsMs, fitsDeadline }: Times) {
  await using runtime = await start(place, { pump: { tasks: held, takesMs: fitsMs }, deadline: fitsDeadline });
  await runtime.noted("started", held);
  const { askedAt, goneAt } = await runtime.stop();
  const done = runtime.of("done");
  return {
    tookMs: goneAt - askedAt,
    afterLastMs: goneAt - Math.max(...done.map(({ at }) => at)),
    done: done.length,
  };
}

/** A second runtime waits until the first gives its tasks back. */
async function stopLate(place: QueuePlace, { tooLongMs, deadlineMs }: Times) {
  const deadline = `${deadlineMs}ms`;
  await using leaving = await start(place, { pump: { tasks: held, takesMs: tooLongMs }, deadline });
  await leaving.noted("started", held);
  await using staying = await start(place, { name: "staying" });
  const { askedAt, goneAt } = await leaving.stop();
  const requeued = leaving.of("requeued");
  await staying.noted("started", requeued.length);
  const takenAt = new Map(staying.of("started").map(({ id, at }) => [id, at]));
  return {
    tookMs: goneAt - askedAt,
    requeued: requeued.length,
    pickupsMs: requeued.map(({ id, at }) => (takenAt.get(id) ?? Number.POSITIVE_INFINITY) - at),
  };
}

async function start(place: QueuePlace, settings: Partial<BenchRuntimeSettings>): Promise<StoppedRuntime> {
  const common = { name: "leaving", controlPort: await freePort(), concurrency: held, deadline: "1s" };
  return await StoppedRuntime.start(await writeBenchRuntimeConfig({ ...place, ...common, ...settings }));
}
