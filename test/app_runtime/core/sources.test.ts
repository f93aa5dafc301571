import { expect, test } from "vitest";
import { RuntimeError } from "../../../src/app_runtime/base/runtime_error.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { draft, openShop, scriptedSource } from "./open_shop.ts";

class ShopDownError extends RuntimeError {
  readonly code = "SHOP_DOWN";
  override readonly failureClass = "outage";
}

const scripted = { sources: { second: { adapter: "scripted", queue: "orders" } } };

/** Fails its first `times` starts. */
function failing(times: number) {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw new Error("no such folder");
  };
}

test("a source that does not start is started again, and does not keep the others down", async () => {
  const { kind, log } = scriptedSource({ start: failing(2) });
  const shop = await openShop({ kinds: [kind], config: scripted });
  expect(shop.runtime.state.kind).toBe("running");
  expect(log).toEqual(["start", "stop"]);
  await shop.advance(1_000);
  expect(log).toEqual(["start", "stop", "start", "stop", "start"]);
  expect(shop.eventsOf("unit.restarting").map(({ delayMs }) => delayMs)).toEqual([200, 400]);
  expect(shop.runtime.control.status().sources.find(({ name }) => name === "second")?.status.state).toBe("running");
});

test("a source that never starts is given up, visibly, and the others live", async () => {
  const { kind } = scriptedSource({ start: failing(1_000) });
  const shop = await openShop({ kinds: [kind], config: scripted });
  await shop.advance(60_000);
  expect(shop.eventsOf("unit.gave_up")).toMatchObject([
    { unit: "source:second", restarts: 5, error: "no such folder" },
  ]);
  expect(shop.runtime.control.status().sources.find(({ name }) => name === "second")?.failure).toBe("no such folder");
  expect(shop.runtime.health.readiness().ok).toBe(false);
  await shop.feed("inbox", draft("a"));
  expect(shop.eventsOf("task.done")).toHaveLength(1);
});

test("a source that waits for its next start when the runtime stops is not started again", async () => {
  const { kind, log } = scriptedSource({ start: failing(1_000) });
  const shop = await openShop({ kinds: [kind], config: scripted });
  await shop.stop();
  expect(log).toEqual(["start", "stop"]);
});

test("a pause while a source starts holds once it has started, and so does a resume", async () => {
  const opened = Promise.withResolvers<void>();
  let starts = 0;
  const { kind, log } = scriptedSource({
    start: () => {
      starts += 1;
      return starts === 1 ? Promise.reject(new Error("not yet")) : opened.promise;
    },
  });
  const shop = await openShop({ kinds: [kind], config: scripted });
  await shop.advance(200);
  await shop.runtime.control.pause("operator", "source", "second");
  opened.resolve();
  await settlePromises();
  expect(log.slice(2)).toEqual(["start", "pause"]);
  await shop.runtime.control.resume("operator", "source", "second");
  expect(log.at(-1)).toBe("resume");
});

test("an outage pauses the sources of its queue, and the first success resumes them", async () => {
  const state = { down: true };
  const handle = () => {
    if (state.down) throw new ShopDownError("the shop does not answer");
    return done;
  };
  const shop = await openShop({ handle });
  const inbox = () => shop.runtime.control.status().sources[0]?.status.state;
  for (let n = 0; n < 5; n += 1) await shop.feed("inbox", draft(`t${n}`));
  expect(inbox()).toBe("paused");
  await expect(shop.feed("inbox", draft("more"))).rejects.toThrow("is paused");
  expect(shop.runtime.health.report().checks.find(({ name }) => name === "worker:orders")?.finding.state).toBe("warn");
  state.down = false;
  await shop.advance(30_000);
  expect([inbox(), shop.eventsOf("task.done").length]).toEqual(["running", 5]);
});

test("the end of an outage does not resume what an operator has paused", async () => {
  const state = { down: true };
  const handle = () => {
    if (state.down) throw new ShopDownError("the shop does not answer");
    return done;
  };
  const shop = await openShop({ handle });
  for (let n = 0; n < 5; n += 1) await shop.feed("inbox", draft(`t${n}`));
  await shop.runtime.control.pause("operator", "source", "inbox");
  state.down = false;
  await shop.advance(30_000);
  expect(shop.eventsOf("outage.ended")).toHaveLength(1);
  expect(shop.runtime.control.status().sources[0]?.status.state).toBe("paused");
});

test("while two pools of one queue have an outage, its sources wait for both to end", async () => {
  const down = { first: true, second: true };
  const handler = (name: "first" | "second") => ({
    needs: [],
    create: () => ({
      handle: () => {
        if (down[name]) throw new ShopDownError(`${name} is down`);
        return done;
      },
    }),
  });
  const shop = await openShop({
    more: (registry) => {
      registry.handler("first", handler("first"));
      registry.handler("second", handler("second"));
      registry.workers("second", { queue: "orders", handler: "second", concurrency: 1 });
    },
    config: { workers: { orders: { handler: "first", concurrency: 1 } } },
  });
  const feeding = Array.from({ length: 30 }, (_, n) => shop.feed("inbox", draft(`t${n}`)).catch(() => {}));
  await Promise.all(feeding);
  await shop.advance(60_000);
  expect(
    shop
      .eventsOf("outage.began")
      .map(({ unit }) => unit)
      .sort(),
  ).toEqual(["worker:orders", "worker:second"]);
  down.first = false;
  for (let step = 0; step < 600 && shop.eventsOf("outage.ended").length === 0; step += 1) await shop.advance(1_000);
  expect(shop.eventsOf("outage.ended").map(({ unit }) => unit)).toEqual(["worker:orders"]);
  expect(shop.runtime.control.status().sources[0]?.status.state).toBe("paused");
});

test("a reload that replaces a braking pool lets its sources go", async () => {
  const handle = () => {
    throw new ShopDownError("the shop does not answer");
  };
  const shop = await openShop({ handle });
  for (let n = 0; n < 5; n += 1) await shop.feed("inbox", draft(`t${n}`));
  expect(shop.runtime.control.status().sources[0]?.status.state).toBe("paused");
  await shop.reconfigure({ workers: { orders: { concurrency: 1 } } });
  expect(shop.runtime.control.status().sources[0]?.status.state).toBe("running");
});

test("two sources that would bring in the same work are refused before anything starts", async () => {
  const { kind } = scriptedSource({});
  const mailbox = { ...kind, worksOn: () => "imap:orders:INBOX" };
  const again = { sources: { ...scripted.sources, third: { adapter: "scripted", queue: "orders" } } };

  await expect(openShop({ kinds: [mailbox], config: again })).rejects.toThrow(
    /sources\.third: brings in the same work as the source "second" \(imap:orders:INBOX\)\. Remove one of them\./,
  );
});
