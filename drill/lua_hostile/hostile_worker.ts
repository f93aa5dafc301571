/** Plays scripts beside good neighbours in one lane, on a thread that the drill can end. */
import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import { quantile, rounded } from "../../bench/statistics.ts";
import { ProcessRefusedError } from "../../src/app_runtime/processes/api.ts";
import { HostileLane } from "./hostile_lane.ts";
import { type HostileScript, hostileScripts } from "./hostile_scripts.ts";

export interface HostileRequest {
  readonly names: readonly string[];
  /** How long they have. */
  readonly ms: number;
}

export interface HostileFigures {
  readonly stoppedBy: string;
  /** Until it ended by itself; undefined: it went on until the drill ended it. */
  readonly endedAfterMs: number | undefined;
  /** From the word to end until the end. */
  readonly terminatedInMs: number;
  readonly trips: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** As somebody sees it who asks at any time: one in a hundred moments lies in a trip that takes longer. */
  readonly p99OfTimeMs: number;
  readonly maxMs: number;
  readonly memoryMiB: number;
  readonly neighboursLive: boolean;
}

const warmUpMs = 200;
const terminateLimitMs = 2_000;
const shownLength = 60;

const { names, ms } = workerData as HostileRequest;
const scripts = hostileScripts.filter(({ name }) => names.includes(name));
const lane = new HostileLane(scripts);
lane.runUntil(performance.now() + warmUpMs);
lane.takeTrips();
const [only] = scripts;
parentPort?.postMessage(scripts.length === 1 && only !== undefined ? alone(only) : together(scripts));

function alone(script: HostileScript): HostileFigures {
  const startedAt = performance.now();
  const pid = lane.start(script);
  const ended = lane.runUntil(startedAt + ms, pid);
  const endedAfterMs = ended ? rounded(performance.now() - startedAt) : undefined;
  lane.runUntil(startedAt + ms); // a script that ends soon is a short trouble, and counts as one
  const trips = lane.takeTrips();
  const saidAt = performance.now();
  if (!ended) {
    lane.lane.terminate(pid);
    lane.runUntil(saidAt + terminateLimitMs, pid);
  }
  const terminatedInMs = rounded(performance.now() - saidAt);
  return { ...figuresOf(trips), stoppedBy: reasonOf(pid), endedAfterMs, terminatedInMs };
}

/** Each is started anew when it has ended, so that they all stay at work. */
function together(all: readonly HostileScript[]): HostileFigures {
  const running = new Map<string, HostileScript>();
  const waiting = [...all];
  const until = performance.now() + ms;
  let ends = 0;
  while (performance.now() < until) {
    startAll(waiting, running);
    lane.runUntil(Math.min(until, performance.now() + 20));
    for (const [pid, script] of running) {
      if (!lane.ends.delete(pid)) continue;
      ends += 1;
      running.delete(pid);
      waiting.push(script);
    }
  }
  const trips = lane.takeTrips();
  const saidAt = performance.now();
  for (const pid of running.keys()) lane.lane.terminate(pid);
  for (const pid of running.keys()) lane.runUntil(saidAt + terminateLimitMs, pid);
  const terminatedInMs = rounded(performance.now() - saidAt);
  return { ...figuresOf(trips), stoppedBy: `${ends} ends`, endedAfterMs: undefined, terminatedInMs };
}

/** One may have used up the processes of the host; the others then wait. */
function startAll(waiting: HostileScript[], running: Map<string, HostileScript>): void {
  for (const script of waiting.splice(0)) {
    try {
      running.set(lane.start(script), script);
    } catch (error) {
      if (!(error instanceof ProcessRefusedError)) throw error;
      waiting.push(script);
    }
  }
}

function reasonOf(pid: string): string {
  const end = lane.ends.get(pid);
  if (end === undefined) return "nothing";
  const text = end.failed ? end.error.message : `value ${typeof end.value}`;
  return text.length > shownLength ? `${text.slice(0, shownLength)}...` : text;
}

function figuresOf(trips: readonly number[]) {
  const before = lane.takeTrips().length;
  lane.runUntil(performance.now() + 50);
  return {
    trips: trips.length,
    p50Ms: rounded(quantile(trips, 0.5), 3),
    p99Ms: rounded(quantile(trips, 0.99), 3),
    p99OfTimeMs: rounded(longestBut(trips, 0.01), 3),
    maxMs: rounded(quantile(trips, 1), 1),
    memoryMiB: Math.round(lane.lane.memory / 2 ** 20),
    neighboursLive: before + lane.takeTrips().length > 2 && !lane.ends.has(lane.asker),
  };
}

/** The length of a trip such that longer ones fill only that share of the time. */
function longestBut(trips: readonly number[], share: number): number {
  let left = share * trips.reduce((sum, each) => sum + each, 0);
  const longest = trips.toSorted((a, b) => b - a);
  for (const each of longest) {
    left -= each;
    if (left < 0) return each;
  }
  return 0;
}
