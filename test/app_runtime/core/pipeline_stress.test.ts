import { expect, test } from "vitest";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { MemoryJournal } from "../../../src/app_runtime/testing/memory_journal.ts";
import { type InMemoryApplication, runInMemory } from "../../../src/app_runtime/testing/run_in_memory.ts";
import { SeededRandom } from "../../../src/app_runtime/testing/seeded_random.ts";
import { flakyQueueKind } from "./flaky_queue.ts";
import { shopModule } from "./open_shop.ts";
import { OrderBook, Shopkeeper } from "./stressed_shop.ts";

const taskCount = 120;
const keyCount = 4;

async function openStressedShop(seed: number) {
  const random = new SeededRandom(seed);
  const clock = new ManualClock();
  const journal = new MemoryJournal({ clock });
  const book = new OrderBook({ random, journal, clock });
  const keeper = new Shopkeeper(journal);
  const app = await runInMemory({
    clock,
    modules: [shopModule(book.handle)],
    kinds: [keeper.kind, flakyQueueKind(random, () => !book.isCalm)],
    infrastructure: () => ({ journal, blobs: {} as never }),
    config: configWith(3),
  });
  return { random, clock, journal, book, keeper, app };
}

function configWith(concurrency: number) {
  return {
    sources: { inbox: { adapter: "shopkeeper" } },
    queues: {
      orders: { adapter: "flaky", capacity: 60, lease: "900ms", retry: { attempts: 1_000, maxDelay: "500ms" } },
    },
    workers: { orders: { concurrency, timeout: "1s", abortGrace: "200ms", maxCrashes: 1_000 } },
  };
}

type Shop = Awaited<ReturnType<typeof openStressedShop>>;

/** Brings tasks in and disturbs their work in random ways. */
async function disturb({ random, keeper, app, book }: Shop): Promise<void> {
  let brought = 0;
  for (let step = 0; brought < taskCount && step < 2_000; step += 1) {
    if (keeper.isOpen && random.chance(0.7)) {
      const keyed = random.chance(0.6) ? { orderKey: `key${brought % keyCount}` } : {};
      const later = random.chance(0.1) ? { notBefore: app.clock.wallNow() + random.below(800) } : {};
      await keeper.bring({ id: `t${brought}`, kind: "order", payload: brought, ...keyed, ...later });
      brought += 1;
    } else await oneTrouble(random, app);
    if (random.chance(0.03)) book.isDown = !book.isDown;
    if (random.chance(0.4)) await app.advance(random.below(250));
  }
  expect(brought).toBe(taskCount);
}

async function oneTrouble(random: SeededRandom, app: InMemoryApplication): Promise<void> {
  const { control } = app.runtime;
  const dice = random.below(10);
  if (dice < 2) await control.pause("stress", "queue", "orders");
  else if (dice < 4) await control.resume("stress", "queue", "orders");
  else if (dice < 5) await app.reconfigure(configWith(1 + random.below(5)));
  else if (dice < 6) await control.pause("stress", "source", "inbox");
  else if (dice < 7) await control.resume("stress", "source", "inbox");
  else if (dice < 8) {
    await control.pause("stress", "worker", "orders");
    const resuming = control.resume("stress", "worker", "orders");
    while (app.runtime.control.status().pools[0]?.state === "paused") await app.advance(100);
    await resuming;
  } else await control.retryDeadLetters("stress", "orders", { filter: {}, limit: 100 });
}

/** Everything works again; what was given up is tried again. */
async function calmDown({ book, app, journal }: Shop): Promise<void> {
  book.isCalm = true;
  const { control } = app.runtime;
  await control.resume("stress", "queue", "orders");
  await control.resume("stress", "source", "inbox");
  for (let round = 0; round < 200 && (await unfinished(journal)) > 0; round += 1) {
    await control.retryDeadLetters("stress", "orders", { filter: {}, limit: 100 });
    await app.advance(1_000);
  }
}

async function unfinished(journal: MemoryJournal): Promise<number> {
  const pages = await Promise.all(
    (["offered", "dead"] as const).map((state) => journal.list({ state, limit: taskCount + 1 })),
  );
  return pages.flat().length;
}

test.each([1, 2, 3, 4, 5])(
  "through every trouble each order is written once, in its order, and nothing is left (seed %i)",
  async (seed) => {
    const shop = await openStressedShop(seed);
    const { app, book, journal, clock } = shop;
    await disturb(shop);
    await calmDown(shop);
    await app.advance(2_000);

    const ids = book.orders.map(({ id }) => id);
    expect(ids.toSorted()).toEqual(Array.from({ length: taskCount }, (_, n) => `t${n}`).toSorted());
    for (let key = 0; key < keyCount; key += 1) {
      const numbers = book.orders.flatMap(({ id, orderKey }) =>
        orderKey === `key${key}` ? [Number(id.slice(1))] : [],
      );
      expect(numbers, `order of key${key}`).toEqual(numbers.toSorted((a, b) => a - b));
    }
    expect((await journal.list({ state: "done", limit: taskCount + 1 })).length).toBe(taskCount);
    expect(app.runtime.control.status().queues[0]?.stats).toMatchObject({ waiting: 0, delayed: 0, leased: 0, dead: 0 });
    await app.stop();
    expect([app.runtime.state.kind, clock.pending]).toEqual(["stopped", 0]);
  },
);
