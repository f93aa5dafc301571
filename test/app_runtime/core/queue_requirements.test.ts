import { expect, test } from "vitest";
import { sqliteQueueKind } from "../../../src/adapters/sqlite_queue/index.ts";
import { queueKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { openShop } from "./open_shop.ts";

/** It can do nothing but keep tasks. */
const plain = queueKind({
  kind: "plain",
  schema: {},
  capabilities: ["survives-crash"],
  create: () => Promise.reject(new Error("nobody opens it")),
});

test("a queue that must survive a crash is refused on an adapter that forgets, naming those that do not", async () => {
  const config = { queues: { orders: { requires: ["order-key", "survives-crash"] } } };

  await expect(openShop({ config, kinds: [sqliteQueueKind, plain] })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    problems: [
      {
        path: "queues.orders.requires",
        message:
          'asks for "survives-crash", which the adapter "memory" cannot promise. Adapters that can: sqlite, plain.',
      },
    ],
  });
});

test("a limit that its adapter cannot keep is refused where it is written", async () => {
  const queues = { orders: { adapter: "plain", rateLimit: { tasks: 1, per: "1s" } } };

  await expect(openShop({ config: { queues }, kinds: [plain] })).rejects.toMatchObject({
    problems: [{ path: "queues.orders.rateLimit", message: expect.stringContaining("Adapters that can: memory.") }],
  });
});

test("what an adapter can promise may be asked for, and asking for more changes nothing of a running queue", async () => {
  const app = await openShop({ config: { queues: { orders: { requires: ["order-key", "delay"] } } } });
  const before = app.runtime.control.status().queues[0]?.stats.published;
  await app.feed("inbox", { id: "a", kind: "order", payload: null });

  expect(await app.reconfigure({ queues: { orders: { requires: ["group-limit"] } } })).toMatchObject({
    kind: "applied",
  });

  expect(app.runtime.control.status().queues[0]?.stats.published).toBe((before ?? 0) + 1);
});
