import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { Redis as Client } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { type ClusterConfig, RedisCluster } from "../../../src/adapters/cluster_redis/index.ts";
import type { RedisConfig } from "../../../src/adapters/redis/index.ts";
import { SystemClock } from "../../../src/app_runtime/base/clock.ts";
import type { SourceFences } from "../../../src/app_runtime/contracts/lease.ts";
import type { PeerCard } from "../../../src/app_runtime/contracts/peers.ts";
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

test("a login with the rights that the page names can do all of it, and one that lacks one of them is told which", async () => {
  guardAgainstLeaks();
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const root = new Client({ port: redis.port });
  const page = await readFile("docs/cluster.md", "utf8");
  const [, rights = ""] = /`ACL SETUSER bot (.*?)`/s.exec(page) ?? [];
  const rules = rights.replace("<name>", "shop").split(/\s+/);
  await root.call("ACL", "SETUSER", "bot", ...rules, ">hush");
  const login = { ...redisConfig(redis), user: "bot", password: "hush" } as RedisConfig;
  const cluster = await loadCluster(login);
  expect(cluster.check()).toEqual({ state: "pass" });
  await cluster.leases.look("inbox");
  await delay(1_300);

  const claim = await cluster.leases.take("inbox", await cluster.leases.look("inbox"));
  if (claim === undefined) throw new Error("Nobody else wanted it.");
  cluster.leases.fence("nightly", { claim, isValid: () => true });
  await cluster.leases.notes?.write("nightly", 1);
  expect(await cluster.leases.notes?.read("nightly")).toBe(1);
  expect(await cluster.leases.renew(claim)).toBe(true);
  await cluster.leases.release(claim);
  expect(await cluster.peers.announce({ id: "me" } as PeerCard)).toHaveLength(1);
  await cluster.peers.leave("me");

  await root.call("ACL", "SETUSER", "bot", "-pexpire");
  await expect(cluster.leases.take("inbox", await cluster.leases.look("inbox"))).rejects.toThrow(
    /does not let this login do its work: .*command.* Give it the right/,
  );
  expect(cluster.check()).toMatchObject({ state: "fail", output: expect.stringMatching(/Give it the right/) });
  await cluster.stop();
  await root.quit();
});
