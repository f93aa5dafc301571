import { expect, test } from "vitest";
import { RuntimeError } from "../../../src/app_runtime/base/runtime_error.ts";
import { done, type Outcome, reject } from "../../../src/app_runtime/contracts/task_handler.ts";
import { openPool } from "./open_pool.ts";

class ShopDownError extends RuntimeError {
  readonly code = "SHOP_DOWN";
  override readonly failureClass = "outage";
}

function outside() {
  const state = { down: true, calls: 0 };
  const handle = (): Outcome => {
    state.calls += 1;
    if (state.down) throw new ShopDownError("the shop does not answer");
    return done;
  };
  return { state, handle };
}

const ids = (count: number) => Array.from({ length: count }, (_, n) => `t${n}`);

test("five outages in a row begin the outage, and no attempt is burned", async () => {
  const { handle } = outside();
  const { publish, start, outages, of, queue, pool } = await openPool({ handle });
  await start();
  await publish(ids(4));
  expect([outages, pool.braking]).toEqual([[], false]);
  await publish("t4");
  expect([outages, pool.braking]).toEqual([[true], true]);
  expect(of("outage.began")).toMatchObject([{ failures: 5, error: "the shop does not answer" }]);
  expect(of("task.requeued").map(({ reason }) => reason)).toEqual(Array(5).fill("outage"));
  expect(queue.stats().retried).toBe(0);
});

test("a success in between means that it is not an outage", async () => {
  const { state, handle } = outside();
  const { publish, start, outages } = await openPool({ handle });
  await start();
  await publish(ids(4));
  state.down = false;
  await publish("good");
  state.down = true;
  await publish(["u1", "u2", "u3", "u4"]);
  expect(outages).toEqual([]);
});

test("during an outage one task probes per step, and the steps grow", async () => {
  const { state, handle } = outside();
  const { publish, start, clock } = await openPool({ handle, concurrency: 4 });
  await start();
  await publish(ids(100));
  const begun = state.calls;
  expect(begun).toBeLessThanOrEqual(8);
  await clock.advance(10_000);
  const inTenSeconds = state.calls - begun;
  expect(inTenSeconds).toBeGreaterThan(0);
  expect(inTenSeconds).toBeLessThanOrEqual(4);
  await clock.advance(600_000);
  expect(state.calls - begun - inTenSeconds).toBeLessThanOrEqual(14);
});

test("workers that were idle when the outage began do not probe all at once", async () => {
  const { state, handle } = outside();
  const { publish, start, clock } = await openPool({ handle, concurrency: 8 });
  await start();
  for (const id of ids(5)) await publish(id);
  const begun = state.calls;
  await publish(["u1", "u2", "u3", "u4", "u5", "u6"]);
  await clock.advance(900);
  expect(state.calls).toBe(begun);
});

test("the first success ends the outage, and the work goes on at full speed", async () => {
  const { state, handle } = outside();
  const { publish, start, clock, outages, pool, queue, of } = await openPool({ handle, concurrency: 2 });
  await start();
  await publish(ids(50));
  await clock.advance(5_000);
  state.down = false;
  await clock.advance(120_000);
  expect([outages, pool.braking]).toEqual([[true, false], false]);
  expect(queue.stats()).toMatchObject({ acked: 50, leased: 0, waiting: 0, delayed: 0, retried: 0 });
  expect(of("outage.ended")[0]?.lastedMs).toBeGreaterThanOrEqual(5_000);
});

test("a task that is rejected shows that the handler works, so it ends the outage too", async () => {
  const { state, handle } = outside();
  const { publish, start, clock, outages } = await openPool({
    handle: () => (state.down ? handle() : reject("no such customer")),
  });
  await start();
  await publish(ids(6));
  state.down = false;
  await clock.advance(60_000);
  expect(outages).toEqual([true, false]);
});

test("a pool that stops during an outage lets its sources go", async () => {
  const { handle } = outside();
  const { publish, start, outages, pool } = await openPool({ handle });
  await start();
  await publish(ids(5));
  await pool.stopped();
  expect(outages).toEqual([true, false]);
});
