import { expect, test } from "vitest";
import type { LeasedDelivery } from "../../../src/app_runtime/contracts/delivery.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { TaskQueue } from "../../../src/app_runtime/contracts/task_queue.ts";
import { openPool } from "./open_pool.ts";

/** A queue whose consumers break, as an async generator does: the one that asks gets the error, all others the end. */
function breaking(queue: TaskQueue, breaks: () => boolean): TaskQueue {
  const consume: TaskQueue["consume"] = (options) => {
    const inner = queue.consume(options);
    return (async function* (): AsyncGenerator<LeasedDelivery, undefined> {
      for (;;) {
        if (breaks()) throw new Error("connection reset");
        const next = await inner.next();
        if (next.done === true) return;
        yield next.value;
      }
    })();
  };
  return new Proxy(queue, {
    get: (target, key) => {
      if (key === "consume") return consume;
      const own = Reflect.get(target, key);
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}

test("workers whose consumer breaks are started again, all of them", async () => {
  let broken = true;
  const { publish, start, clock, pool, of, queue } = await openPool({
    handle: () => done,
    concurrency: 3,
    wrap: (memory) => breaking(memory, () => broken),
  });
  await start();
  expect(of("unit.restarting").map((event) => event.unit)).toEqual([
    "worker:orders/1",
    "worker:orders/2",
    "worker:orders/3",
  ]);
  broken = false;
  await clock.advance(100);
  await publish(["a", "b", "c"]);
  expect(queue.stats().acked).toBe(3);
  expect([pool.lost, pool.counts.crashed]).toEqual([0, 3]);
  expect(pool.workers.map(({ state }) => state.kind)).toEqual(["idle", "idle", "idle"]);
});

test("a worker that fails too often is given up, and that is said", async () => {
  const { start, clock, pool, of } = await openPool({
    handle: () => done,
    wrap: (memory) => breaking(memory, () => true),
  });
  await start();
  await clock.advance(10_000);
  expect(of("unit.restarting").map(({ delayMs }) => delayMs)).toEqual([100, 200, 400]);
  expect(of("unit.gave_up")).toMatchObject([
    { unit: "worker:orders/1", restarts: 3, withinMs: 60_000, error: "connection reset" },
  ]);
  expect([pool.lost, pool.workers[0]?.state.kind]).toEqual([1, "stopped"]);
});

test("when one worker of several is given up, the others go on", async () => {
  let calls = 0;
  const { start, publish, clock, pool, queue } = await openPool({
    handle: () => done,
    concurrency: 2,
    wrap: (memory) =>
      new Proxy<TaskQueue>(memory, {
        get: (target, key) => {
          if (key !== "consume") {
            const own = Reflect.get(target, key);
            return typeof own === "function" ? own.bind(target) : own;
          }
          return (options: Parameters<TaskQueue["consume"]>[0]) => {
            const inner = target.consume(options);
            const next = () => {
              calls += 1;
              return calls % 2 === 1 && calls < 12 ? Promise.reject(new Error("unlucky")) : inner.next();
            };
            return Object.assign(Object.create(inner), { next });
          };
        },
      }),
  });
  await start();
  await clock.advance(20_000);
  expect(pool.lost).toBeLessThan(2);
  await publish(["a", "b"]);
  expect(queue.stats().acked).toBe(2);
});

test("what a worker held when it crashed is handed out again once its lease is over", async () => {
  let crashes = 1;
  const { start, publish, clock, queue, of } = await openPool({
    handle: () => done,
    parts: {
      isJournaled: () => {
        if (crashes === 0) return false;
        crashes -= 1;
        throw new TypeError("a bug of the platform");
      },
      journal: {} as never,
    },
  });
  await start();
  await publish("a");
  expect(of("unit.restarting")).toMatchObject([{ error: "a bug of the platform" }]);
  await clock.advance(9_000);
  expect(queue.stats()).toMatchObject({ acked: 1, leased: 0 });
});
