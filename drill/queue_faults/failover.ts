import { setTimeout as delay } from "node:timers/promises";
import { Redis as Client } from "ioredis";
import { type Redis, startRedis } from "../../test/support/redis.ts";
import { TcpProxy } from "../../test/support/tcp_proxy.ts";
import type { DrillOptions } from "../drill.ts";
import { SeededRandom } from "../seeded_random.ts";
import { until } from "../until.ts";
import { endure } from "./endure.ts";
import { patienceMs, type QueueFault } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";
import { serverOf } from "./redis_troubles.ts";

const backings = ["bullmq"] as const;
const resumeLimitMs = 10_000;
const promotionLimitMs = 15_000;
/** How far the replica is behind when the primary dies. */
const lagMs = 300;

/** Another Redis takes over, behind the same address. */
export const failovers: readonly QueueFault[] = [
  { name: "redis-failover", backings, play: failover },
  { name: "redis-readonly", backings, play: readonlyForAWhile },
  { name: "redis-failover-late", backings, forgets: true, play: failoverToAReplicaBehind },
];

/** In order: Redis lets the replica catch up and then changes places with it. The address follows a little later. */
async function failover(stage: QueueStage, options: DrillOptions): Promise<void> {
  const { redis: primary, proxy } = serverOf(stage);
  const random = new SeededRandom(options.seed);
  await using replica = await replicaOf(primary);
  await endure(stage, options, {
    begin: () => changePlaces(primary, replica.redis),
    lastMs: random.between(0, 3_000),
    end: () => proxy.leadTo(replica.redis),
    resumeLimitMs,
  });
}

/** The address leads to a server that has become a replica, and takes writes again later. */
async function readonlyForAWhile(stage: QueueStage, options: DrillOptions): Promise<void> {
  const { redis: primary } = serverOf(stage);
  await using replica = await replicaOf(primary);
  await endure(stage, options, {
    begin: () => changePlaces(primary, replica.redis),
    lastMs: 20_000,
    end: () => changePlaces(replica.redis, primary),
    resumeLimitMs,
    healthFailsWithinMs: 20_000,
    told: /replica/,
    mostWarnings: 50,
  });
}

/** The primary dies with tasks that its replica has not heard of: those are lost, and somebody must be told. */
async function failoverToAReplicaBehind(stage: QueueStage, { slackMs }: DrillOptions): Promise<void> {
  const { redis: primary, proxy } = serverOf(stage);
  await using replica = await replicaOf(primary, { lagMs });
  const feeder = await stage.start("feeder", { feed: { tasks: 100_000, every: "2ms" } });
  await stage.start("worker", { work: { concurrency: 2 } });
  await stage.ended(200, patienceMs);
  await primary.kill();
  await command(replica.redis, "REPLICAOF", "NO", "ONE");
  proxy.leadTo(replica.redis);
  const at = Date.now();
  const next = await stage.noted("Work after it", patienceMs, (entry) => entry.what === "effect" && entry.at > at);
  stage.recovery.took(next.at - at);
  stage.promise(next.at - at <= resumeLimitMs + slackMs, `Work went on after ${next.at - at} ms`);
  await until("A word about what was lost", 30_000, () => feeder.heard(/lost what it held/));
  await stage.stopFeeding();
  await restedFor(stage, 15_000);
}

/** Nothing has ended for so long. */
async function restedFor(stage: QueueStage, quietMs: number): Promise<void> {
  for (let ended = -1; ended !== stage.count("effect"); ) {
    ended = stage.count("effect");
    await delay(quietMs);
  }
}

interface Replica extends AsyncDisposable {
  readonly redis: Redis;
}

/** A copy that is up to date, or `lagMs` behind. */
async function replicaOf(primary: Redis, { lagMs: behindMs = 0 } = {}): Promise<Replica> {
  await using undo = new AsyncDisposableStack();
  const link = undo.adopt(await TcpProxy.to(primary), (proxy) => proxy.stop());
  link.delay(behindMs);
  const { host, port } = behindMs === 0 ? primary : link;
  const redis = undo.adopt(await startRedis({ persistence: "aof" }), (server) => server.stop());
  await command(redis, "REPLICAOF", host, String(port));
  await until("A replica that has a copy", promotionLimitMs, async () => {
    return /master_link_status:up/.test(await replication(redis)) && /state=online/.test(await replication(primary));
  });
  const all = undo.move();
  return { redis, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Resolves when the one is a replica of the other, and all that was written is there. */
async function changePlaces(from: Redis, to: Redis): Promise<void> {
  await until("A replica to hand over to", promotionLimitMs, async () => /state=online/.test(await replication(from)));
  await command(from, "FAILOVER", "TO", to.host, String(to.port), "TIMEOUT", String(promotionLimitMs));
  await until("A replica in the place of the primary", promotionLimitMs, async () => {
    return /role:slave/.test(await replication(from)) && /role:master/.test(await replication(to));
  });
}

async function replication(redis: Redis): Promise<string> {
  return String(await command(redis, "INFO", "replication"));
}

async function command({ host, port }: Redis, name: string, ...args: string[]): Promise<unknown> {
  const client = new Client({ host, port, lazyConnect: true });
  try {
    await client.connect();
    return await client.call(name, ...args);
  } finally {
    client.disconnect();
  }
}
