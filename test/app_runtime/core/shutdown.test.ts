import { expect, test } from "vitest";
import type { Component } from "../../../src/app_runtime/contracts/component.ts";
import { done, retry } from "../../../src/app_runtime/contracts/task_handler.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { HandHeld } from "../workers/open_pool.ts";
import { draft, openShop, scriptedSource } from "./open_shop.ts";

const deadline = { platform: { shutdown: { deadline: "10s" } } };
const scripted = { sources: { second: { adapter: "scripted", queue: "orders" } } };

test("an idle runtime stops at once, and its report says so", async () => {
  const shop = await openShop();
  const report = await shop.stop();
  expect(report).toMatchObject({ reason: "the test is over", tookMs: 0, drained: 0, requeued: 0, abandoned: 0 });
  expect(report.components.every(({ error }) => error === undefined)).toBe(true);
  expect(shop.eventsOf("shutdown.reported")).toMatchObject([{ report }]);
  expect(shop.eventsOf("runtime.state_changed").map(({ to }) => to)).toEqual([
    "booting",
    "running",
    "stopping",
    "stopped",
  ]);
});

test("what fits into four fifths of the deadline is drained, the rest is requeued, and what is deaf abandoned", async () => {
  const handler = new HandHeld();
  const shop = await openShop({
    handle: handler.handle,
    config: { ...deadline, workers: { orders: { concurrency: 4 } } },
  });
  for (const id of ["quick", "again", "polite", "deaf"]) await shop.feed("inbox", draft(id));
  const [quick, again, polite, deaf] = handler.runs;
  const stopping = shop.runtime.stop("deploy");
  await shop.advance(5_000);
  quick?.answer(done);
  again?.answer(retry("not now"));
  await shop.advance(2_999);
  expect(polite?.context.signal.aborted).toBe(false);
  await shop.advance(1);
  expect(polite?.context.signal.reason).toMatchObject({ reason: "shutdown" });
  polite?.fail(polite.context.signal.reason);
  await shop.advance(1_000);
  const report = await stopping;
  expect(report).toMatchObject({ tookMs: 9_000, deadlineMs: 10_000, drained: 2, requeued: 2, abandoned: 1 });
  expect(shop.eventsOf("task.requeued").map(({ taskId, reason }) => [taskId, reason])).toEqual([
    ["polite", "shutdown"],
    ["deaf", "shutdown"],
  ]);
  expect(deaf?.context.unitOfWork.open).toBe(false);
});

test("in a hurry everything is requeued at once, within half a second", async () => {
  const handler = new HandHeld();
  const { kind } = scriptedSource({ quiesce: () => new Promise(() => {}), stop: () => new Promise(() => {}) });
  const hanging: Component = { name: "hanging", needs: [], stop: () => new Promise(() => {}) };
  const shop = await openShop({
    handle: handler.handle,
    kinds: [kind],
    config: { ...deadline, ...scripted },
    infrastructure: () => ({ components: [hanging] }),
  });
  await shop.feed("inbox", draft("a"));
  const before = shop.clock.now();
  const stopping = shop.runtime.stopNow("second signal");
  await shop.advance(200);
  expect(shop.eventsOf("task.requeued")).toMatchObject([{ taskId: "a" }]);
  await shop.advance(300);
  await shop.advance(500);
  const report = await stopping;
  expect(shop.clock.now() - before).toBe(1_000);
  expect(report.tookMs).toBeLessThanOrEqual(800);
  expect(report).toMatchObject({ requeued: 1, abandoned: 1 });
});

test("a hurry that comes in the middle of the drain skips the rest of it", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle, config: deadline });
  await shop.feed("inbox", draft("a"));
  const stopping = shop.runtime.stop("first signal");
  await shop.advance(1_000);
  void shop.runtime.stopNow("second signal");
  await shop.advance(200);
  expect(await stopping).toMatchObject({ reason: "first signal", requeued: 1 });
});

test("a source that hangs or throws while it stops cannot keep the others from stopping", async () => {
  const { kind, log } = scriptedSource({
    stop: () => Promise.reject(new Error("connection already gone")),
  });
  const shop = await openShop({ kinds: [kind], config: { ...deadline, ...scripted } });
  const report = await shop.stop();
  expect(shop.runtime.state.kind).toBe("stopped");
  expect(log).toEqual(["start", "quiesce", "stop"]);
  expect(shop.eventsOf("unit.failed")).toMatchObject([
    { unit: "source:second", error: "It did not stop: connection already gone" },
  ]);
  expect(report.components.every(({ error }) => error === undefined)).toBe(true);
});

test("a component that does not stop is left behind after the deadline, and that is said", async () => {
  const hanging: Component = { name: "hanging", needs: [], stop: () => new Promise(() => {}) };
  const shop = await openShop({ config: deadline, infrastructure: () => ({ components: [hanging] }) });
  const report = await shop.stop();
  expect(report.components.find(({ name }) => name === "hanging")?.error).toMatch(/did not finish within/);
  expect(shop.eventsOf("component.stop_overdue")).toMatchObject([{ unit: "component:hanging" }]);
  expect(shop.runtime.state.kind).toBe("stopped");
});

test("a component that throws while it stops does not stop the sweep", async () => {
  const stopped: string[] = [];
  const fine: Component = { name: "fine", needs: [], stop: async () => void stopped.push("fine") };
  const broken: Component = { name: "broken", needs: ["fine"], stop: () => Promise.reject(new Error("disk gone")) };
  const shop = await openShop({ infrastructure: () => ({ components: [fine, broken] }) });
  const report = await shop.stop();
  expect(stopped).toEqual(["fine"]);
  expect(report.components).toContainEqual({ name: "broken", tookMs: 0, error: "disk gone" });
});

test("a reload that is under way when the runtime stops starts nothing any more", async () => {
  const handler = new HandHeld();
  const shop = await openShop({ handle: handler.handle, config: deadline });
  await shop.feed("inbox", draft("a"));
  const changed = { ...deadline, workers: { orders: { concurrency: 5 } } };
  void shop.reconfigure(changed).catch(() => {});
  await settlePromises();
  const report = await shop.stop();
  expect(report.tookMs).toBeLessThanOrEqual(10_000 + 400);
  expect(shop.runtime.state.kind).toBe("stopped");
  handler.run.answer(done);
  await shop.advance(120_000);
  expect(handler.runs).toHaveLength(1);
});
