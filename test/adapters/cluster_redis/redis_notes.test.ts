import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LuaScript } from "../../../src/adapters/cluster_redis/lua_script.ts";
import type { LeaseClaim, Tenure } from "../../../src/app_runtime/contracts/lease.ts";
import { type Redis, startRedis } from "../../support/redis.ts";
import { openPair } from "./open_cluster.ts";

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

const lease = "source:report";

const tenureOf = (claim: LeaseClaim | undefined, isValid = () => true): Tenure => {
  if (claim === undefined) throw new Error("The lease was not taken.");
  return { claim, isValid };
};

async function openTwo() {
  const { a, b } = await openPair(redis, randomUUID());
  const take = async (member: typeof a) => {
    const claim = await member.leases.take(lease, await member.leases.look(lease));
    member.leases.fence("report", tenureOf(claim));
    return tenureOf(claim).claim;
  };
  return { a, b, take };
}

test("what a holder notes, the next one reads", async () => {
  const { a, b, take } = await openTwo();
  const claim = await take(a);
  expect(await a.leases.notes.read("report")).toBeUndefined();
  await a.leases.notes.write("report", { after: 1, cadence: "every 1000 ms" });
  await a.leases.notes.write("report", { after: 2, cadence: "every 1000 ms" });
  await a.leases.renew(claim);
  await a.leases.release(claim);

  await take(b);
  expect(await b.leases.notes.read("report")).toEqual({ after: 2, cadence: "every 1000 ms" });
});

test("a holder that was overtaken notes nothing any more", async () => {
  const { a, b, take } = await openTwo();
  const claim = await take(a);
  await a.leases.notes.write("report", "first");
  await a.leases.release(claim);
  await expect(a.leases.notes.write("report", "late")).rejects.toMatchObject({ code: "LEASE_FENCED" });
  await take(b);
  await expect(a.leases.notes.write("report", "later")).rejects.toMatchObject({ code: "LEASE_FENCED" });
  expect(await b.leases.notes.read("report")).toBe("first");
});

test("whoever has no lease, or one that may have run out, does not even ask", async () => {
  const { a, take } = await openTwo();
  await expect(a.leases.notes.read("report")).rejects.toMatchObject({ code: "LEASE_FENCED" });
  const claim = await take(a);
  a.leases.fence(
    "report",
    tenureOf(claim, () => false),
  );
  await expect(a.leases.notes.write("report", 1)).rejects.toMatchObject({ code: "LEASE_FENCED" });
  a.leases.fence("report", undefined);
  await expect(a.leases.notes.read("report")).rejects.toMatchObject({ code: "LEASE_FENCED" });
});

test("a Redis that has forgotten the lease is told the note again by the renewal", async () => {
  const { a, b, take } = await openTwo();
  const claim = await take(a);
  await a.leases.notes.write("report", "before");
  await forget(a);
  expect(await a.leases.renew(claim)).toBe(true);
  await a.leases.release(claim);

  const next = await take(b);
  expect(await b.leases.notes.read("report")).toBe("before");
  await forget(b);
  expect(await b.leases.renew(next)).toBe(true);
  expect(await b.leases.notes.read("report")).toBe("before");
});

test("it takes a new note before the renewal, and keeps that", async () => {
  const { a, take } = await openTwo();
  const claim = await take(a);
  await a.leases.notes.write("report", "before");
  await forget(a);
  expect(await a.leases.notes.read("report")).toBeUndefined();
  await a.leases.notes.write("report", "after");
  expect(await a.leases.renew(claim)).toBe(true);
  expect(await a.leases.notes.read("report")).toBe("after");
  expect((await a.leases.look(lease))?.token).toBe(claim.token);
});

type Member = Awaited<ReturnType<typeof openTwo>>["a"];

async function forget({ link }: Member): Promise<void> {
  await link.run(new LuaScript(`return redis.call("DEL", KEYS[1])`), [link.key(`lease:${lease}`)], []);
}
