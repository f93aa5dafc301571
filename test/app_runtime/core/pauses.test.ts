import { expect, test } from "vitest";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { RuntimeParts } from "../../../src/app_runtime/core/runtime_parts.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { HandHeld } from "../workers/open_pool.ts";
import { draft, openShop } from "./open_shop.ts";

/** What would be a file, kept over several runs of the shop. */
function pauseFile(): NonNullable<RuntimeParts["pauses"]> {
  let kept: Awaited<ReturnType<NonNullable<RuntimeParts["pauses"]>["load"]>> = [];
  return {
    load: async () => kept,
    save: async (pauses) => {
      kept = pauses;
    },
  };
}

test("what an operator has paused stays paused over a restart, and takes nothing meanwhile", async () => {
  const pauses = pauseFile();
  const before = await openShop({ pauses });
  for (const [role, name] of [
    ["source", "inbox"],
    ["queue", "orders"],
    ["worker", "orders"],
  ] as const) {
    await before.runtime.control.pause("operator", role, name);
  }
  await before.stop();

  const after = await openShop({ pauses });
  const { sources, queues, pools } = after.runtime.control.status();
  expect([sources[0]?.status.state, queues[0]?.stats.paused, pools[0]?.state]).toEqual(["paused", true, "paused"]);
  await expect(after.feed("inbox", draft("a"))).rejects.toThrow("is paused");

  await after.runtime.control.resume("operator", "source", "inbox");
  await after.feed("inbox", draft("a"));
  await after.runtime.control.resume("operator", "queue", "orders");
  await after.advance(1_000);
  expect(after.eventsOf("task.done")).toEqual([]);
  await after.runtime.control.resume("operator", "worker", "orders");
  await after.advance(0);
  expect(after.eventsOf("task.done")).toHaveLength(1);
});

test("a paused pool stays paused when a reload changes it", async () => {
  const handled: string[] = [];
  const shop = await openShop({
    handle: (task) => {
      handled.push(task.id);
      return done;
    },
  });
  await shop.runtime.control.pause("operator", "worker", "orders");
  await shop.feed("inbox", draft("a"));
  await shop.reconfigure({ workers: { orders: { concurrency: 7 } } });
  await shop.advance(1_000);
  expect([handled, shop.runtime.control.status().pools[0]?.state]).toEqual([[], "paused"]);
  await shop.runtime.control.resume("operator", "worker", "orders");
  await shop.advance(0);
  expect(handled).toEqual(["a"]);
});

test("a pool is resumed at once, whatever its handlers still do, and keeps its figures", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle });
  const { control } = shop.runtime;
  for (const id of ["a", "b", "c"]) await shop.feed("inbox", draft(id));
  handler.runs[0]?.answer(done);
  await settlePromises();
  await control.pause("operator", "worker", "orders");
  await control.resume("operator", "worker", "orders");
  expect(control.pool("orders").state).toBe("running");
  await control.pause("operator", "source", "inbox");
  await control.resume("operator", "source", "inbox");
  expect(handler.runs.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  for (const run of handler.runs.slice(1)) run.answer(done);
  await settlePromises();
  const check = shop.runtime.health.report().checks.find(({ name }) => name === "worker:orders");
  expect(check?.finding.observed).toMatchObject({ done: 3 });
});

test("a paused pool finishes what it holds and takes nothing more until it is resumed", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle });
  for (const id of ["a", "b", "c"]) await shop.feed("inbox", draft(id));
  await shop.runtime.control.pause("operator", "worker", "orders");
  for (const run of handler.runs) run.answer(done);
  await settlePromises();
  expect([handler.runs.length, shop.runtime.control.queue("orders").stats.waiting]).toEqual([2, 1]);
  await shop.runtime.control.resume("operator", "worker", "orders");
  await settlePromises();
  expect(handler.runs.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  handler.run.answer(done);
});
