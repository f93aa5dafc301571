import { expect, onTestFinished, test } from "vitest";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { handleSignals } from "../../../src/app_runtime/core/signals.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { HandHeld } from "../workers/open_pool.ts";
import { draft, openShop } from "./open_shop.ts";

/** Only our own listeners are called: the test's own process must survive. */
async function openShopWithSignals() {
  const names = ["SIGTERM", "SIGINT", "SIGHUP"] as const;
  const before = new Map(names.map((name) => [name, new Set(process.listeners(name))]));
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle });
  const codes: number[] = [];
  const handling = handleSignals({ runtime: shop.runtime, exit: (code) => void codes.push(code) });
  onTestFinished(() => handling[Symbol.dispose]());
  const ours = (name: (typeof names)[number]) =>
    process.listeners(name).filter((listener) => before.get(name)?.has(listener) !== true);
  const raise = (name: (typeof names)[number]) => {
    for (const listener of ours(name)) listener(name);
  };
  return { shop, handler, codes, raise, handling, left: () => names.flatMap(ours).length };
}

test("SIGTERM stops in order and leaves with code 0", async () => {
  const { shop, codes, raise } = await openShopWithSignals();
  raise("SIGTERM");
  await settlePromises();
  expect([shop.runtime.state.kind, codes]).toEqual(["stopped", [0]]);
});

test("a second signal requeues at once and leaves once, with code 1", async () => {
  const { shop, codes, raise } = await openShopWithSignals();
  await shop.feed("inbox", draft("a"));
  raise("SIGINT");
  await shop.advance(1_000);
  expect(codes).toEqual([]);
  raise("SIGTERM");
  await shop.advance(500);
  expect(codes).toEqual([1]);
  expect(shop.eventsOf("task.requeued")).toHaveLength(1);
});

test("one Ctrl-C that comes twice, from the terminal and from npm, is one", async () => {
  const { shop, codes, raise, handler } = await openShopWithSignals();
  await shop.feed("inbox", draft("a"));
  raise("SIGINT");
  raise("SIGINT");
  await shop.advance(500);
  expect([shop.runtime.state.kind, codes]).toEqual(["stopping", []]);
  handler.run.answer(done);
  await settlePromises();
  expect(codes).toEqual([0]);
});

test("SIGHUP reloads", async () => {
  const { shop, raise } = await openShopWithSignals();
  raise("SIGHUP");
  await settlePromises();
  expect(shop.runtime.state.kind).toBe("running");
});

test("disposing takes every listener away", async () => {
  const { handling, left } = await openShopWithSignals();
  expect(left()).toBe(3);
  handling[Symbol.dispose]();
  expect(left()).toBe(0);
});
