import { randomUUID } from "node:crypto";
import { Redis as Client } from "ioredis";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { LeaseSeeker } from "../../../src/app_runtime/leases/lease_seeker.ts";
import { type Redis, startRedis } from "../../support/redis.ts";
import { eventually } from "../../support/source_desk.ts";
import { openPair } from "./open_cluster.ts";

const lease = "imap:orders:INBOX";
const patienceMs = 10_000;

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

/** Two runtimes of a cluster of its own, a lease that `a` holds, and somebody who writes into their Redis. */
async function openHeld() {
  const cluster = randomUUID();
  const { a, b } = await openPair(redis, cluster);
  const other = new Client({ port: redis.port });
  onTestFinished(async () => void (await other.quit()));
  const claim = await a.leases.take(lease, await a.leases.look(lease));
  if (claim === undefined) throw new Error("Nobody else wanted it.");
  const key = (name: string) => `app_runtime:{${cluster}}:${name}`;
  return { a, b, other, claim, leaseKey: key(`lease:${lease}`), key };
}

const fields: readonly [string, string][] = [
  ["token", "a lot"],
  ["renewals", "1.5e9"],
  ["holder", "{pid: 12}"],
  ["holder", '"web-1"'],
  ["expires_at", "tomorrow"],
  ["taken_at", ""],
  ["duration_ms", "NaN"],
];

test.each(fields)("a lease whose %s is %j is told of, with the cure, and healed by it", async (field, value) => {
  const { a, b, other, claim, leaseKey } = await openHeld();
  await other.hset(leaseKey, field, value);
  const seeker = new LeaseSeeker({ name: lease, store: b.leases, clock: b.clock });

  expect(await seeker.tryTake()).toBeUndefined();

  expect(seeker.trouble).toBe(
    `What Redis has under ${leaseKey} cannot be read: it was changed by hand, or another program uses the same names. Delete that key: whoever holds the lease writes it down again.`,
  );
  await other.del(leaseKey);
  expect(await a.leases.renew(claim)).toBe(true);
  expect(await b.leases.look(lease)).toMatchObject({ token: claim.token });
});

test("a key of another type in the place of a lease is named, also to its holder", async () => {
  const { a, b, other, claim, leaseKey } = await openHeld();
  await other.set(leaseKey, "of another program");
  const words = new RegExp(`something of another kind under one of the keys ${leaseKey.replaceAll(/[{}]/g, "\\$&")},`);

  await expect(b.leases.look(lease)).rejects.toThrow(words);
  await expect(a.leases.renew(claim)).rejects.toThrow(words);

  await other.del(leaseKey);
  expect(await a.leases.renew(claim)).toBe(true);
});

test("a memory of the cluster that was changed by hand begins anew", async () => {
  const { b, other, key } = await openHeld();
  await other.hset(key("memory"), "since", "long ago");
  expect(await b.leases.look(lease)).toMatchObject({ name: lease });
  expect(Number(await other.hget(key("memory"), "since"))).toBeGreaterThan(0);
});

test("a note that cannot be read is told of", async () => {
  const { a, other, claim, leaseKey } = await openHeld();
  a.leases.fence("nightly", { claim, isValid: () => true });
  await a.leases.notes.write("nightly", { last: 1 });
  await other.hset(leaseKey, "note", "{last: 1}");
  await expect(a.leases.notes.read("nightly")).rejects.toMatchObject({ code: "CLUSTER_RECORD" });
});

test("a card that was changed by hand keeps nobody from the other cards", async () => {
  const { a, other, key } = await openHeld();
  await other.hset(key("peers"), "stranger", '{"id":');
  await other.zadd(key("peers_told"), Date.now(), "stranger");
  await other.zadd(key("peers_told"), Date.now(), "without a card");
  await eventually(async () => {
    const told = await a.peers.announce({ id: "me" } as never);
    expect(told.map(({ card }) => card).toSorted()).toEqual(['{"id":', '{"id":"me"}']);
  }, patienceMs);
});
