import { expect, test } from "vitest";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { sourceKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { draft, openShop } from "./open_shop.ts";

/** Orders become invoices, in a second queue that nobody works on unless told. */
function invoices(options: { readonly capacity: number; readonly worked: boolean }) {
  const seen: { readonly id: string; readonly source: string; readonly traceId: string }[] = [];
  return {
    seen,
    shop: () =>
      openShop({
        handle: async (task, context) => {
          await context.publish("invoices", { id: `invoice-${task.id}`, kind: "invoice", payload: task.payload });
          return done;
        },
        more: (registry) => {
          registry.queue("invoices", { adapter: "memory", capacity: options.capacity });
          registry.handler("bill", {
            needs: [],
            create: () => ({
              handle: (task, { trace }) => {
                seen.push({ id: task.id, source: task.source, traceId: trace.traceId });
                return done;
              },
            }),
          });
          if (options.worked) registry.workers("billing", { queue: "invoices", handler: "bill" });
        },
        config: { workers: { orders: { timeout: "1s", abortGrace: "100ms" } } },
      }),
  };
}

test("a handler's follow-up goes its own way, in the same trace", async () => {
  const { seen, shop } = invoices({ capacity: 10, worked: true });
  const app = await shop();
  await app.feed("inbox", draft("a"));
  const [order] = app.eventsOf("task.done").filter(({ taskId }) => taskId === "a");
  expect(seen).toEqual([{ id: "invoice-a", source: expect.stringMatching(/^handler/), traceId: order?.traceId }]);
});

test("a handler that publishes into a full queue times out into a retry, and deadlocks nobody", async () => {
  const { shop } = invoices({ capacity: 1, worked: false });
  const app = await shop();
  for (const id of ["a", "b"]) await app.feed("inbox", draft(id));
  await app.advance(1_000);
  expect(app.eventsOf("task.retried").map(({ taskId }) => taskId)).toEqual(["b"]);
  expect(app.eventsOf("task.abandoned")).toEqual([]);
  expect(app.runtime.control.status().pools[0]?.workers.map(({ state }) => state.kind)).toEqual(["idle", "idle"]);
});

test("a follow-up into a queue that is not there is a dead letter that names it", async () => {
  const app = await openShop({
    handle: async (task, context) => {
      await context.publish("invoicse", { id: task.id, kind: "invoice", payload: null });
      return done;
    },
  });
  await app.feed("inbox", draft("a"));
  expect(app.eventsOf("task.dead_lettered")).toMatchObject([
    { taskId: "a", reason: "rejected", detail: 'There is no queue "invoicse" in the configuration. Known: orders.' },
  ]);
});

test("a source that needs a journal where there is none is given up, saying what to provide", async () => {
  const journaled = sourceKind({
    kind: "journaled",
    schema: {},
    journaled: true,
    create: async (_config, { journal }) => Promise.reject(new Error(`there is ${journal}`)),
  });
  const app = await openShop({
    kinds: [journaled],
    config: { sources: { mails: { adapter: "journaled", queue: "orders" } } },
  });
  await app.advance(60_000);
  expect(app.eventsOf("unit.gave_up")[0]?.error).toContain(
    'Source "mails" needs a journal, but the application provides none',
  );
});
