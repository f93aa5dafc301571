import { setTimeout as pause } from "node:timers/promises";
import type { RuntimeManager } from "../src/app_runtime/index.ts";
import { newBenchRuntime } from "./bench_runtime.ts";
import { type BenchRuntimeSettings, writeBenchRuntimeConfig } from "./bench_runtime_config.ts";
import { answerParent } from "./run_apart.ts";

export interface BusyRequest extends BenchRuntimeSettings {
  readonly seconds: number;
  /** How often another configuration is put into force meanwhile, evenly spread: the pool has one worker more, or less. */
  readonly swaps: number;
}

export interface BusyFigures {
  readonly tasksPerSecond: number;
  readonly cpuUsPerTask: number;
  /** Of a core, while it was measured. */
  readonly cpuPercent: number;
  readonly accepted: number;
  /** Accepted tasks that were never handled. */
  readonly lost: number;
  /** How often a task was handled beyond once. */
  readonly doubled: number;
  /** How long each reload took until all units had followed. */
  readonly reloadsMs: readonly number[];
  /** The longest time without a task that each reload had a share in. */
  readonly gapsMs: readonly number[];
  /** The same for as long a time half-way to the next reload. */
  readonly quietGapsMs: readonly number[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** More than any queue gets through while it is measured. */
const mostTasks = 8_000_000;

/** Which tasks were handled, and when; made beforehand, so that keeping the books makes no garbage and no pause. */
class Tally {
  readonly #handled = new Uint8Array(mostTasks);
  readonly #times = new Float64Array(mostTasks);
  noted = 0;
  /** Each once. */
  tasks = 0;

  note(n: number): void {
    if (this.noted === mostTasks) throw new Error(`More than ${mostTasks} tasks were handled.`);
    this.#times[this.noted] = performance.now();
    this.noted += 1;
    if (this.#handled[n] === 0) this.tasks += 1;
    this.#handled[n] = 1;
  }

  /** They rise. */
  get times(): Float64Array {
    return this.#times.subarray(0, this.noted);
  }
}

const warmUpMs = 2_000;
const quickWarmUpMs = 200;
const emptyLimitMs = 30_000;
const lookMs = 10;

await answerParent(async (request: BusyRequest): Promise<BusyFigures> => {
  const { seconds, swaps } = request;
  const tally = new Tally();
  const runtime = newBenchRuntime({
    configFile: await writeBenchRuntimeConfig(request),
    onTask: ({ payload }) => tally.note((payload as { readonly n: number }).n),
  });
  await runtime.start();
  await pause(seconds > 1 ? warmUpMs : quickWarmUpMs);

  const [startedAt, before, cpuBefore] = [performance.now(), tally.noted, process.cpuUsage()];
  const everyMs = (seconds * 1_000) / Math.max(1, swaps);
  const reloads: Span[] = [];
  for (let n = 0; n < swaps; n += 1) {
    reloads.push(await swap(runtime, { ...request, concurrency: request.concurrency + ((n + 1) % 2) }));
    await until(startedAt + (n + 1) * everyMs);
  }
  await until(startedAt + seconds * 1_000);
  const [tookMs, tasks, cpu] = [performance.now() - startedAt, tally.noted - before, process.cpuUsage(cpuBefore)];

  const accepted = request.pump === undefined ? 0 : await workedOff(runtime, tally);
  await runtime.stop("measured");
  const quiet = reloads.map(({ from, to }) => ({ from: from + everyMs / 2, to: to + everyMs / 2 }));
  return {
    tasksPerSecond: (tasks / tookMs) * 1_000,
    cpuUsPerTask: (cpu.user + cpu.system) / tasks,
    cpuPercent: (cpu.user + cpu.system) / 10 / tookMs,
    accepted,
    lost: accepted - tally.tasks,
    doubled: tally.noted - tally.tasks,
    reloadsMs: reloads.map(({ from, to }) => to - from),
    gapsMs: longestGaps(tally.times, reloads),
    quietGapsMs: longestGaps(tally.times, quiet),
  };
});

async function swap(runtime: RuntimeManager, settings: BusyRequest): Promise<Span> {
  await writeBenchRuntimeConfig(settings);
  const from = performance.now();
  const outcome = await runtime.reload("bench");
  if (outcome.kind !== "applied") throw new Error(`The configuration was not applied: ${JSON.stringify(outcome)}`);
  return { from, to: performance.now() };
}

async function until(at: number): Promise<void> {
  const leftMs = at - performance.now();
  if (leftMs > 0) await pause(leftMs);
}

/** Stops the pump and waits for every task that was accepted; gives how many there were. */
async function workedOff(runtime: RuntimeManager, tally: Tally): Promise<number> {
  await runtime.control.pause("bench", "source", "pump");
  const accepted = () => runtime.control.source("pump").status.published;
  const limitAt = performance.now() + emptyLimitMs;
  await pause(lookMs); // for those on their way in
  while (tally.tasks < accepted() && performance.now() < limitAt) await pause(lookMs);
  return accepted();
}

/** For each span, the longest time between two of them that lies at least partly in it. */
function longestGaps(times: Float64Array, spans: readonly Span[]): readonly number[] {
  return spans.map(({ from, to }) => {
    let longest = 0;
    for (let n = firstAfter(times, from); n < times.length; n += 1) {
      const begin = times[n - 1] ?? from;
      if (begin > to) break;
      longest = Math.max(longest, (times[n] ?? begin) - begin);
    }
    return longest;
  });
}

function firstAfter(times: Float64Array, at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
