import { setTimeout as delay } from "node:timers/promises";
import type { Redis } from "../../test/support/redis.ts";
import type { TcpProxy } from "../../test/support/tcp_proxy.ts";
import type { DrillOptions } from "../drill.ts";
import { until } from "../until.ts";
import { atRest, endure, type Trouble } from "./endure.ts";
import { patienceMs, type QueueFault } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";

const backings = ["bullmq"] as const;
const everySync = ["appendfsync always"];

interface Server {
  readonly redis: Redis;
  readonly proxy: TcpProxy;
}

const killed: Trouble = {
  begin: (on) => serverOf(on).redis.kill(),
  lastMs: 3_000,
  end: (on) => serverOf(on).redis.start(),
  resumeLimitMs: 2_000,
};

/** Redis dies, hangs, resets, fills up, or is far away for a while. */
export const redisTroubles: readonly QueueFault[] = [
  { name: "redis-killed", backings, directives: everySync, play: (stage, options) => endure(stage, options, killed) },
  { name: "redis-forgets", backings, persistence: "none", forgets: true, play: redisForgets },
  {
    name: "redis-outage",
    backings,
    directives: everySync,
    play: (stage, options) =>
      endure(stage, options, {
        ...killed,
        lastMs: options.fast ? 15_000 : 120_000,
        resumeLimitMs: 5_000,
        ...(!options.fast && { healthFailsWithinMs: 30_000 }),
      }),
  },
  {
    name: "redis-blackhole",
    backings,
    play: (stage, options) =>
      endure(stage, options, {
        begin: (on) => serverOf(on).proxy.blackHole(),
        lastMs: options.fast ? 15_000 : 60_000,
        end: (on) => serverOf(on).proxy.pass(),
        resumeLimitMs: 30_000,
        ...(!options.fast && { healthFailsWithinMs: 30_000 }),
      }),
  },
  {
    name: "redis-frozen",
    backings,
    play: (stage, options) =>
      endure(stage, options, {
        begin: (on) => serverOf(on).redis.freeze(),
        lastMs: 15_000,
        end: (on) => serverOf(on).redis.thaw(),
        resumeLimitMs: 10_000,
      }),
  },
  { name: "redis-resets", backings, play: resetStorm },
  { name: "redis-full", backings, directives: ["maxmemory 6mb"], queue: { capacity: 1_000_000 }, play: redisFull },
];

export function serverOf({ backing: { redis, proxy } }: QueueStage): Server {
  if (redis === undefined || proxy === undefined) throw new TypeError("This drill needs Redis.");
  return { redis, proxy };
}

/** Without persistence a restart loses what it held: nobody can prevent that, but somebody must be told. */
async function redisForgets(stage: QueueStage, _options: DrillOptions): Promise<void> {
  const { redis } = serverOf(stage);
  await stage.start("feeder", { feed: { tasks: 100_000, every: "2ms" } });
  const worker = await stage.start("worker", { work: { concurrency: 2 } });
  await stage.ended(200, patienceMs);
  await redis.kill();
  await redis.start();
  const backAt = Date.now();
  const next = await stage.noted("Work after it", patienceMs, ({ what, at }) => what === "effect" && at > backAt);
  stage.recovery.took(next.at - backAt);
  await until("A word about what was lost", 30_000, () => worker.heard(/lost|forgot/i));
  await stage.stopFeeding();
}

/** All connections are reset every two seconds. */
async function resetStorm(stage: QueueStage, { fast, slackMs }: DrillOptions): Promise<void> {
  const { proxy } = serverOf(stage);
  await stage.start("feeder", { feed: { tasks: 100_000, every: "5ms", keys: 10 } });
  await stage.start("worker", { work: { concurrency: 8 } });
  await stage.ended(100, patienceMs);
  const openBefore = proxy.open;
  for (let time = 0; time < (fast ? 5 : 30); time += 1) {
    proxy.resetNow();
    const at = Date.now();
    const next = await stage.noted(
      "Work after a reset",
      patienceMs,
      (entry) => entry.what === "effect" && entry.at > at,
    );
    stage.recovery.took(next.at - at);
    await delay(Math.max(0, 2_000 - (Date.now() - at)));
  }
  stage.promise(stage.recovery.maxMs <= 10_000 + slackMs, `Work went on after ${stage.recovery.maxMs} ms`);
  await atRest(stage);
  stage.figures.connections = `${openBefore} → ${proxy.open}`;
  stage.promise(proxy.open <= openBefore, `${openBefore} connections have become ${proxy.open}`);
}

/** It refuses to store more: whoever publishes waits and says so, and goes on when there is room again. */
async function redisFull(stage: QueueStage): Promise<void> {
  const feeder = await stage.start("feeder", { feed: { tasks: 100_000, every: "1ms" } });
  await until("A publisher that is told that Redis is full", patienceMs, async () => {
    const status = await feeder.control.status();
    return status?.sources.some(({ status: { lastError = "" } }) => /memory|OOM/i.test(lastError));
  });
  await stage.start("worker", { work: { concurrency: 8 } });
  const fullAt = Date.now();
  await stage.noted(
    "An accepted task after it",
    patienceMs,
    ({ what, at }) => what === "accepted" && at > fullAt + 2_000,
  );
  await atRest(stage);
}
