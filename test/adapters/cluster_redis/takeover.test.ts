import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type RedisOptions, startRedis } from "../../support/redis.ts";
import { TcpProxy } from "../../support/tcp_proxy.ts";
import { Holder, machineNow, overlaps, until } from "./holder.ts";
import { openMember } from "./open_cluster.ts";

/** Of holder_program.ts. */
const lease = "imap:orders:INBOX";
const leaseMs = 1_500;
/** For a machine whose two cores others use too. */
const slackMs = 1_000;

/** Redis has known the cluster for a lease; `a` works, `b` stands by. */
async function openTwo({
  options = {},
  proxied = false,
  durationMs = leaseMs,
}: {
  options?: RedisOptions;
  proxied?: boolean;
  durationMs?: number;
} = {}) {
  const redis = await startRedis(options);
  onTestFinished(() => redis.stop());
  const cluster = randomUUID();
  const watcher = await openMember(redis, cluster, durationMs);
  await watcher.leases.look("to be known");
  const proxy = proxied ? await TcpProxy.to({ host: redis.host, port: redis.port }) : undefined;
  onTestFinished(() => proxy?.stop());
  const start = (name: string, port = redis.port) => Holder.start(name, port, cluster, durationMs);
  const a = await start("a", proxy?.port);
  const took = await a.works();
  const b = await start("b");
  return { redis, proxy, watcher, start, a, b, took };
}

test("a holder that is killed is followed within two leases", async () => {
  const { a, b, took } = await openTwo();
  await delay(leaseMs);
  await a.kill();
  const killedAt = machineNow();

  const follower = await b.works();

  expect(follower.at - killedAt).toBeLessThanOrEqual(2 * leaseMs + slackMs);
  expect(follower.token).toBeGreaterThan(took.token);
  expect(overlaps([a, b])).toEqual([]);
});

test("a holder that stops in order is followed at once", async () => {
  const { a, b } = await openTwo();
  await a.stop();
  const stoppedAt = machineNow();

  const follower = await b.works();

  expect(follower.at - stoppedAt).toBeLessThanOrEqual(500 + slackMs);
  expect(overlaps([a, b])).toEqual([]);
});

test("a holder that was stopped and goes on does nothing any more", async () => {
  const { a, b } = await openTwo();
  a.signal("SIGSTOP");
  const follower = await b.works();

  a.signal("SIGCONT");
  await delay(leaseMs);

  expect(a.lastAct?.at).toBeLessThan(follower.at);
  expect(overlaps([a, b])).toEqual([]);
});

test("while Redis does not answer, its holder gives up before its lease ends; then one of them works again", async () => {
  const { redis, a, b } = await openTwo();
  await delay(leaseMs);
  redis.freeze();
  const frozenAt = machineNow();
  await delay(1.5 * leaseMs);
  expect((a.lastAct?.at ?? 0) - frozenAt).toBeLessThan(leaseMs);
  expect(b.acts).toEqual([]);

  redis.thaw();
  const thawedAt = machineNow();
  const next = await Promise.race([a.works(thawedAt), b.works(thawedAt)]);

  expect(next.at - thawedAt).toBeLessThanOrEqual(2 * leaseMs + slackMs);
  expect(overlaps([a, b])).toEqual([]);
});

test("a holder that alone is cut off from Redis has given up when another begins", async () => {
  const { proxy, a, b } = await openTwo({ proxied: true });
  await delay(leaseMs);
  proxy?.blackHole();
  const cutAt = machineNow();

  const follower = await b.works();

  expect(follower.at - cutAt).toBeLessThanOrEqual(2 * leaseMs + slackMs);
  expect((a.lastAct?.at ?? 0) - cutAt).toBeLessThan(leaseMs);
  expect(overlaps([a, b])).toEqual([]);
});

test("a Redis that has forgotten everything costs its holder nothing", async () => {
  const { redis, a, b, took } = await openTwo();
  await redis.kill();
  await redis.start();
  const backAt = machineNow();
  await delay(2 * leaseMs);

  expect(b.acts).toEqual([]);
  expect((await a.works(backAt + 1.9 * leaseMs)).token).toBe(took.token);
});

test("a Redis that is away for less than a third of a lease costs its holder nothing, even from just before a renewal", async () => {
  const longLeaseMs = 6_000;
  const { redis, watcher, a, b, took } = await openTwo({ durationMs: longLeaseMs });
  const renewals = async () => (await watcher.leases.look(lease))?.renewals;
  const before = await renewals();
  await until("A renewal", async () => (await renewals()) !== before);
  await delay(longLeaseMs / 3 - 100);
  await redis.kill();
  await delay(0.3 * longLeaseMs);
  await redis.start();
  const backAt = machineNow();
  await delay(longLeaseMs);

  expect(b.acts).toEqual([]);
  expect((await a.works(backAt + 0.9 * longLeaseMs)).token).toBe(took.token);
  const gaps = a.acts.map(({ at }, n) => at - (a.acts[n - 1]?.at ?? at));
  expect(Math.max(...gaps)).toBeLessThan(slackMs);
}, 40_000);

test("nobody follows a holder that Redis has forgotten before its lease can have ended", async () => {
  const { redis, a, b, took } = await openTwo();
  a.signal("SIGSTOP");
  const stoppedAt = machineNow();
  await redis.kill();
  await redis.start();

  const follower = await b.works();

  expect(follower.at - stoppedAt).toBeGreaterThan(leaseMs * 0.95);
  expect(follower.at - stoppedAt).toBeLessThanOrEqual(2 * leaseMs + slackMs);
  expect(follower.token).toBeGreaterThan(took.token);
  a.signal("SIGCONT");
  await delay(leaseMs);
  expect(overlaps([a, b])).toEqual([]);
});

test("a runtime that starts while Redis is down works as soon as it may", async () => {
  const { redis, a, b, start } = await openTwo();
  await Promise.all([a.kill(), b.kill()]);
  await redis.kill();
  const c = await start("c");
  await redis.start();
  const backAt = machineNow();

  const act = await c.works();

  expect(act.at - backAt).toBeGreaterThan(leaseMs * 0.95);
  expect(act.at - backAt).toBeLessThanOrEqual(2 * leaseMs + slackMs);
});
