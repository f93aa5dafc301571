import { expect, onTestFinished, test } from "vitest";
import { type ClusterConfig, RedisCluster } from "../../../src/adapters/cluster_redis/index.ts";
import type { RedisConfig } from "../../../src/adapters/redis/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { SourceFences } from "../../../src/app_runtime/contracts/lease.ts";
import { freePort } from "../../support/free_port.ts";
import { guardAgainstLeaks } from "../../support/leak_guard.ts";
import { Redis, startRedis } from "../../support/redis.ts";
import { eventually } from "../../support/source_desk.ts";
import { redisConfig } from "./redis_config.ts";

const patienceMs = 15_000;
const fences: SourceFences = {
  allow: () => undefined,
  wasElsewhere: async () => false,
  begins: async () => undefined,
};

/** Loaded, as by a boot; stopped after the test. */
async function loadCluster(redis: RedisConfig): Promise<RedisCluster> {
  const config = { name: "shop", lease: 1_200, redis } as ClusterConfig & { readonly redis: RedisConfig };
  const cluster = new RedisCluster({ config, fences, clock: new SystemClock() });
  onTestFinished(() => cluster.stop());
  await cluster.load();
  return cluster;
}

test("a Redis that is not there yet keeps nobody from starting, and is used once it is", async () => {
  guardAgainstLeaks();
  const redis = await Redis.prepare({});
  onTestFinished(() => redis.stop());
  const cluster = await loadCluster(redisConfig(redis));

  expect(cluster.check()).toEqual({
    state: "fail",
    output: expect.stringMatching(
      /^The cluster "shop" cannot be asked .*127\.0\.0\.1:\d+\/0 cannot be reached: nobody listens/,
    ),
  });
  await expect(cluster.leases.look("inbox")).rejects.toMatchObject({ code: "CLUSTER_UNREACHABLE" });

  await redis.start();
  await eventually(() => expect(cluster.check()).toEqual({ state: "pass" }), patienceMs);
  expect(await cluster.leases.look("inbox")).toBeUndefined();
});

test.each([
  ["a wrong password", "wrong", /refuses the login: WRONGPASS/],
  ["no password", undefined, /refuses the login: NOAUTH/],
])("%s is said in plain words", async (_what, password, words) => {
  guardAgainstLeaks();
  const redis = await startRedis({ password: "hush" });
  onTestFinished(() => redis.stop());

  const cluster = await loadCluster({ ...redisConfig(redis), ...(password !== undefined && { password }) });

  expect(cluster.check().output).toMatch(words);
  expect(cluster.check().output).not.toContain("hush");
});

test("a Redis that stops answering is given up in time, and found again", async () => {
  guardAgainstLeaks();
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const cluster = await loadCluster(redisConfig(redis));
  await cluster.leases.look("inbox");
  redis.freeze();
  const askedAt = performance.now();

  await expect(cluster.leases.look("inbox")).rejects.toMatchObject({ code: "CLUSTER_UNREACHABLE" });

  expect(performance.now() - askedAt).toBeLessThan(1_200);
  expect(cluster.check().state).toBe("fail");
  redis.thaw();
  await eventually(async () => expect(await cluster.leases.look("inbox")).toBeUndefined(), patienceMs);
  expect(cluster.check()).toEqual({ state: "pass" });
});

test("one that is stopped while it still looks for its Redis leaves nothing behind", async () => {
  guardAgainstLeaks();
  const cluster = await loadCluster(redisConfig({ port: await freePort() }));

  await cluster.stop();

  await expect(cluster.peers.leave("me")).rejects.toMatchObject({ code: "CLUSTER_UNREACHABLE" });
});
