import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, test } from "vitest";
import { leasePromises } from "../../../src/app_runtime/testing/lease_promises.ts";
import { peerPromises } from "../../../src/app_runtime/testing/peer_promises.ts";
import { type Redis, startRedis } from "../../support/redis.ts";
import { openMember, openPair } from "./open_cluster.ts";

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

for (const promise of leasePromises) {
  test(`leases in Redis: ${promise.name}`, async () => {
    await promise.run(async () => {
      const { a, b } = await openPair(redis, randomUUID());
      return { a: a.leases, b: b.leases, clock: a.clock, close: async () => undefined };
    });
  });
}

for (const promise of peerPromises) {
  test(`peers in Redis: ${promise.name}`, async () => {
    await promise.run(async () => {
      const cluster = randomUUID();
      const [a, b] = [await openMember(redis, cluster), await openMember(redis, cluster)];
      return { a: a.peers, b: b.peers, clock: a.clock, close: async () => undefined };
    });
  });
}
