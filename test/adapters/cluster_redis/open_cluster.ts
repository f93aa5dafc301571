import { setTimeout as delay } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { ClusterLink } from "../../../src/adapters/cluster_redis/cluster_link.ts";
import { RedisLeases } from "../../../src/adapters/cluster_redis/redis_leases.ts";
import { RedisPeers } from "../../../src/adapters/cluster_redis/redis_peers.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { SourceFences } from "../../../src/app_runtime/contracts/lease.ts";
import type { Redis } from "../../support/redis.ts";
import { redisConfig } from "./redis_config.ts";

/** Short, so that tests need not wait long for what time decides. */
const leaseMs = 600;

/** The clock of the machine; to advance it is to wait. */
class WaitingClock extends SystemClock {
  async advance(ms: number): Promise<void> {
    await delay(ms);
  }
}

/** What one runtime has of a cluster. */
export async function openMember(server: Redis | { readonly port: number }, cluster: string, durationMs = leaseMs) {
  const clock = new WaitingClock();
  const link = new ClusterLink({ config: redisConfig(server), cluster, clock, answerMs: durationMs / 4 });
  onTestFinished(() => link.close());
  await link.open();
  const allowed = new Map<string, () => boolean>();
  const fences: SourceFences = {
    allow: (source, isAllowed) => void allowed.set(source, isAllowed),
    wasElsewhere: async () => true,
    begins: async () => undefined,
  };
  return {
    clock,
    link,
    leases: new RedisLeases({ link, fences, clock, durationMs }),
    peers: new RedisPeers({ link }),
    mayWrite: (source: string) => allowed.get(source)?.() ?? true,
  };
}

/** Until Redis has known the cluster for a lease, nobody gets one. */
export async function openPair(server: Redis, cluster: string, durationMs = leaseMs) {
  const [a, b] = [await openMember(server, cluster, durationMs), await openMember(server, cluster, durationMs)];
  await a.leases.look("to be known");
  await delay(durationMs + 20);
  return { a, b };
}
