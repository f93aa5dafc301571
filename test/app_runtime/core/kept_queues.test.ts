import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { done, reject } from "../../../src/app_runtime/contracts/task_handler.ts";
import { type Redis, startRedis } from "../../support/redis.ts";
import { tempDir } from "../../support/temp_dir.ts";
import { expectApplied, openKeptShop, soon } from "./kept_shop.ts";

let redis: Redis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());

let queues = 0;

/** What a file may say of a queue that nobody has used, and of one of the same name in another place. */
const places = {
  sqlite: (dataDir: string) => ({
    here: { adapter: "sqlite" },
    elsewhere: { adapter: "sqlite", file: join(dataDir, "elsewhere.sqlite") },
  }),
  bullmq: () => {
    queues += 1;
    const server = { adapter: "bullmq", redis: { port: redis.port } };
    return { here: { ...server, prefix: `kept-${queues}` }, elsewhere: { ...server, prefix: `moved-${queues}` } };
  },
};

describe.each(["sqlite", "bullmq"] as const)("a reload with tasks in a %s queue", (adapter) => {
  async function open() {
    const dataDir = tempDir();
    const { here, elsewhere } = places[adapter](dataDir);
    return { dataDir, here, elsewhere, shop: await openKeptShop(here, { dataDir }) };
  }

  test("may change its limits: what is in hand is finished first, and nothing is lost or done twice", async () => {
    const { here, shop } = await open();
    await shop.feed("a", "b", "c");
    await soon(() => expect(shop.handled()).toEqual(["a"]));

    const reloading = shop.change({ ...here, capacity: 5 });
    await soon(() => expect(shop.runtime.control.status().pools[0]?.state).toBe("stopping"));
    shop.handler.run.answer(done);
    expectApplied(await reloading);

    expect(shop.stats().capacity).toBe(5);
    for (const id of ["b", "c"]) {
      await soon(() => expect(shop.handler.run.id).toBe(id));
      shop.handler.run.answer(done);
    }
    await soon(() => expect(shop.stats()).toMatchObject({ waiting: 0, leased: 0, dead: 0 }));
    expect(shop.handled()).toEqual(["a", "b", "c"]);
    expect(shop.worries()).toEqual([]);
  });

  test("may change it beside another runtime that works on", async () => {
    const { dataDir, here, shop } = await open();
    const other = await openKeptShop(here, { dataDir });
    await shop.feed("a", "b", "c");
    await soon(() => expect([...shop.handled(), ...other.handled()].toSorted()).toEqual(["a", "b"]));

    const reloading = shop.change({ ...here, capacity: 5 });
    await soon(() => expect(shop.runtime.control.status().pools[0]?.state).toBe("stopping"));
    shop.handler.run.answer(done);
    expectApplied(await reloading);
    await soon(() => expect([...shop.handled(), ...other.handled()].toSorted()).toEqual(["a", "b", "c"]));

    other.handler.run.answer(done);
    shop.handler.run.answer(done);
    await soon(() => expect(shop.stats()).toMatchObject({ waiting: 0, leased: 0 }));
    expect([shop.worries(), other.worries()]).toEqual([[], []]);
  });

  test("keeps dead letters over a change", async () => {
    const { here, shop } = await open();
    await shop.feed("a");
    await soon(() => expect(shop.handled()).toEqual(["a"]));
    shop.handler.run.answer(reject("no such customer"));
    await soon(() => expect(shop.stats().dead).toBe(1));

    expectApplied(await shop.change({ ...here, capacity: 5 }));

    const { letters } = await shop.runtime.control.deadLetters("orders", { offset: 0, limit: 9 });
    expect(letters).toMatchObject([{ task: { id: "a" }, detail: "no such customer" }]);
  });

  test("may take it out of the configuration, says what stays in it, and goes on when it is put back", async () => {
    const { here, shop } = await open();
    await shop.feed("a", "b", "c");
    await soon(() => expect(shop.handled()).toEqual(["a"]));

    const reloading = shop.keepOnly({});
    await soon(() => expect(shop.runtime.control.status().queues).toEqual([]));
    shop.handler.run.answer(done);
    expectApplied(await reloading);
    expect(shop.facts("queue_left")).toMatchObject([
      { unit: "queue:orders", level: "warn", message: expect.stringContaining("with 2 tasks and 0 dead letters") },
    ]);

    expectApplied(await shop.change(here));
    for (const id of ["b", "c"]) {
      await soon(() => expect(shop.handler.run.id).toBe(id));
      shop.handler.run.answer(done);
    }
    await soon(() => expect(shop.stats()).toMatchObject({ waiting: 0, leased: 0 }));
    expect(shop.worries()).toEqual([]);
  });

  test("does not move it to where nobody would look for them, and says what to do", async () => {
    const { elsewhere, shop } = await open();
    await shop.feed("a");
    await soon(() => expect(shop.handled()).toEqual(["a"]));

    expect((await shop.change(elsewhere)).kind).toBe("vetoed");

    shop.handler.run.answer(done);
    await soon(() => expect(shop.stats()).toMatchObject({ waiting: 0, leased: 0 }));
    expectApplied(await shop.change(elsewhere));
  });
});

test("a handler that waits for room in a queue while it is changed publishes into the changed one", async () => {
  const dataDir = tempDir();
  const shop = await openKeptShop({ adapter: "sqlite", capacity: 2 }, { dataDir });
  await shop.feed("a", "b");
  await soon(() => expect(shop.handled()).toEqual(["a"]));
  const publishing = shop.handler.run.context.publish("orders", { id: "c", kind: "order", payload: null });

  const reloading = shop.change({ adapter: "sqlite", capacity: 3 });
  await soon(() => expect(shop.runtime.control.queue("orders").stats.capacity).toBe(3));
  shop.handler.run.answer(done);
  expectApplied(await reloading);

  expect(await publishing).toBe("stored");
  for (const id of ["b", "c"]) {
    await soon(() => expect(shop.handler.run.id).toBe(id));
    shop.handler.run.answer(done);
  }
  await soon(() => expect(shop.stats()).toMatchObject({ waiting: 0, leased: 0 }));
  expect(shop.worries()).toEqual([]);
});

test.each(["memory", "sqlite"])("an empty queue in %s goes without a warning", async (adapter) => {
  const shop = await openKeptShop({ adapter }, { dataDir: tempDir(), concurrency: 4 });

  expectApplied(await shop.keepOnly({}));

  expect(shop.worries()).toEqual([]);
  expect(shop.facts("queue_left")).toEqual([]);
});
