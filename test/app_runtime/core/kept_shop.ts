import { expect, onTestFinished, vi } from "vitest";
import { bullmqQueueKind } from "../../../src/adapters/bullmq_queue/index.ts";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { sqliteQueueKind } from "../../../src/adapters/sqlite_queue/index.ts";
import { layerOf } from "../../../src/app_runtime/config/api.ts";
import type { RuntimeEvent } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { RuntimeManager } from "../../../src/app_runtime/core/api.ts";
import { HandFedSources } from "../../../src/app_runtime/testing/hand_fed_sources.ts";
import { HandHeld } from "../workers/open_pool.ts";
import { draft } from "./open_shop.ts";

type Section = Readonly<Record<string, unknown>>;

/** `inbox` → queue `orders` → a handler that a test answers for, on the real clock; `queue` is what a file says of `orders`. */
export async function openKeptShop(
  queue: Section,
  options: { readonly dataDir: string; readonly concurrency?: number },
) {
  const handler = new HandHeld();
  const sources = new HandFedSources();
  const events: RuntimeEvent[] = [];
  const parts = { dataDir: options.dataDir };
  const withOrders = (orders: Section) => ({
    platform: parts,
    queues: { orders },
    sources: { inbox: { adapter: "by_hand", queue: "orders" } },
    workers: { orders: { queue: "orders", handler: "work", concurrency: options.concurrency ?? 1 } },
  });
  let said: Section = withOrders(queue);
  const runtime = new RuntimeManager({
    modules: [
      {
        name: "shop",
        register: (registry) => registry.handler("work", { needs: [], create: () => ({ handle: handler.handle }) }),
      },
    ],
    kinds: [memoryQueueKind, sqliteQueueKind, bullmqQueueKind, sources.kind],
    pauses: { load: async () => [], save: async () => {} },
    config: {
      providers: [
        {
          name: "test",
          load: async () => layerOf(said, { layer: "test", source: "test" }),
          watch: () => ({ [Symbol.dispose]: () => {} }),
        },
      ],
    },
    readers: [(event) => void events.push(event)],
  });
  await runtime.start();
  onTestFinished(async () => {
    if (runtime.state.kind === "running") await runtime.stop("the test is over");
  });
  const reload = (config: Section) => {
    said = config;
    return runtime.reload("test");
  };
  return {
    runtime,
    handler,
    feed: async (...ids: readonly string[]) => {
      for (const id of ids) await sources.feed("inbox", draft(id));
    },
    stats: () => runtime.control.queue("orders").stats,
    handled: () => handler.runs.map(({ id }) => id),
    /** A reload after which `orders` is so. */
    change: (orders: Section) => reload(withOrders(orders)),
    /** A reload after which nothing is there but these queues. */
    keepOnly: (queues: Section) => reload({ platform: parts, queues }),
    /** What somebody who reads the log would worry about. */
    worries: () =>
      events.filter(
        (event) =>
          ["unit.restarting", "unit.failed", "unit.gave_up", "task.dead_lettered"].includes(event.kind) ||
          (event.kind === "unit.fact" && event.level === "error"),
      ),
    facts: (code: string) => events.filter((event) => event.kind === "unit.fact" && event.code === code),
  };
}

export async function soon(expectation: () => unknown): Promise<void> {
  await vi.waitFor(async () => void (await expectation()), { interval: 10, timeout: 10_000 });
}

export function expectApplied(outcome: { readonly kind: string }): void {
  expect(outcome.kind).toBe("applied");
}
