import { Worker } from "node:worker_threads";
import type { Drill, DrillFamily, DrillOptions, DrillResult } from "../drill.ts";
import { hostileScripts } from "../lua_hostile/hostile_scripts.ts";
import type { HostileFigures, HostileRequest } from "../lua_hostile/hostile_worker.ts";
import { SeededRandom } from "../seeded_random.ts";

const family: DrillFamily = {
  name: "lua-hostile",
  question: "Does a Lua program that means ill end alone, or get its share and no more, while its neighbours go on?",
  columns: ["stoppedBy", "afterMs", "p50Ms", "p99Ms", "p99OfTimeMs", "maxMs", "memoryMiB"],
  sideBySide: () => 1,
};

const worker = new URL("../lua_hostile/hostile_worker.ts", import.meta.url);
const aloneMs = 500;
const togetherMs = 3_000;
const groups = 8;
const atOnce = 10;
/** A thread that has not answered by then never will: its lane does not come back. */
const threadLimitMs = 10_000;
const tripLimitMs = 5;
const terminateLimitMs = 200;

const alone: readonly Drill[] = hostileScripts.map(({ name, endsWith }) => ({
  name: `lua-hostile:${name}`,
  question: family.question,
  family,
  run: async ({ slackMs }) => {
    const figures = await play({ names: [name], ms: aloneMs });
    const broken = brokenBy(figures, slackMs);
    if (typeof figures !== "string") {
      const { stoppedBy, endedAfterMs } = figures;
      if (endsWith === undefined && endedAfterMs !== undefined && stoppedBy === "nothing") broken.push("It vanished");
      if (endsWith !== undefined && endedAfterMs === undefined) broken.push(`It went on for ${aloneMs} ms`);
      if (endsWith !== undefined && !endsWith.test(stoppedBy)) broken.push(`It ended with "${stoppedBy}"`);
    }
    return resultOf(figures, broken);
  },
}));

/** Ten at once, another ten in each. */
const together: readonly Drill[] = Array.from({ length: groups }, (_, group) => ({
  name: `lua-hostile:ten-at-once:${group + 1}`,
  question: family.question,
  family,
  run: async ({ seed, slackMs, say }: DrillOptions) => {
    const names = chosen(seed + group);
    say(names.join(", "));
    const figures = await play({ names, ms: togetherMs });
    return resultOf(figures, brokenBy(figures, slackMs));
  },
}));

export const luaHostile: readonly Drill[] = [...alone, ...together];

function chosen(seed: number): readonly string[] {
  const random = new SeededRandom(seed);
  const left = hostileScripts.map(({ name }) => name);
  return Array.from({ length: atOnce }, () => String(left.splice(random.between(0, left.length - 1), 1)[0]));
}

/** What the thread measured, or why it did not come back. */
async function play(request: HostileRequest): Promise<HostileFigures | string> {
  const thread = new Worker(worker, { workerData: request });
  const { promise, resolve } = Promise.withResolvers<HostileFigures | string>();
  const limit = setTimeout(() => resolve(`The lane did not come back within ${threadLimitMs} ms`), threadLimitMs);
  thread.once("message", resolve);
  thread.once("error", (error) => resolve(`The lane was lost: ${error}`));
  try {
    return await promise;
  } finally {
    clearTimeout(limit);
    await thread.terminate();
  }
}

function brokenBy(figures: HostileFigures | string, slackMs: number): string[] {
  if (typeof figures === "string") return [figures];
  const { p99Ms, terminatedInMs, neighboursLive } = figures;
  const broken = [];
  if (!neighboursLive) broken.push("The neighbours do not go on");
  if (p99Ms > tripLimitMs + slackMs) broken.push(`One in a hundred round trips of the neighbours took ${p99Ms} ms`);
  if (terminatedInMs > terminateLimitMs + slackMs) broken.push(`To end it took ${terminatedInMs} ms`);
  return broken;
}

function resultOf(figures: HostileFigures | string, broken: readonly string[]): DrillResult {
  const lost = {
    stoppedBy: "nothing",
    endedAfterMs: undefined,
    trips: 0,
    p50Ms: "-",
    p99Ms: "-",
    p99OfTimeMs: "-",
    maxMs: "-",
    memoryMiB: "-",
  };
  const { stoppedBy, endedAfterMs, trips, p50Ms, p99Ms, p99OfTimeMs, maxMs, memoryMiB } =
    typeof figures === "string" ? lost : figures;
  return {
    accepted: trips,
    lost: typeof figures === "string" || !figures.neighboursLive ? 1 : 0,
    duplicatedEffects: 0,
    duplicateConfirmations: 0,
    recoveryS: undefined,
    said: { health: [], status: [], log: [] },
    figures: { stoppedBy, afterMs: endedAfterMs ?? "held", p50Ms, p99Ms, p99OfTimeMs, maxMs, memoryMiB },
    broken,
  };
}
