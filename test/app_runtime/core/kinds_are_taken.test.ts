import { expect, test } from "vitest";
import type { ModuleRegistry } from "../../../src/app_runtime/contracts/application_module.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { TaskSource } from "../../../src/app_runtime/contracts/task_source.ts";
import { sourceKind } from "../../../src/app_runtime/contracts/unit_kind.ts";
import { openShop } from "./open_shop.ts";

function idle(name: string): TaskSource {
  const status = { state: "running", backlog: 0, inFlight: 0, published: 0, settled: 0, facts: {} } as const;
  const nothing = () => undefined;
  const end = async () => undefined;
  const turns = { pause: nothing, resume: nothing, trigger: nothing };
  return {
    name,
    ...turns,
    start: end,
    quiesce: end,
    stop: end,
    status: () => status,
    health: () => ({ state: "pass" }),
  };
}

/** It says before it is made what it will make. */
const clockwork = sourceKind({
  kind: "clockwork",
  schema: { makes: { doc: "What it makes.", format: "nonempty", default: "tick" } },
  journaled: false,
  taskKind: ({ makes }) => (makes === "unknown" ? undefined : makes),
  create: async (_config, { name }) => idle(name),
});

const recipe = { needs: [], create: () => ({ handle: () => done }) } as const;

/** "work" takes anything; "bill" takes bills alone. */
function withBilling(registry: ModuleRegistry): void {
  registry.queue("bills", { adapter: "memory" });
  registry.workers("billing", { queue: "bills", handler: "bill" });
  registry.handler("bill", { ...recipe, accepts: ["bill", "reminder"] });
}

function openWith(source: Readonly<Record<string, unknown>>) {
  const config = { sources: { clock: { adapter: "clockwork", ...source } } };
  return openShop({ more: withBilling, kinds: [clockwork], config });
}

test("a source whose tasks the handler of its queue does not take is refused, with who would take them", async () => {
  await expect(openWith({ queue: "bills" })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    problems: [
      {
        path: "sources.clock",
        message:
          'makes tasks of kind "tick", but the pool "billing" of its queue "bills" gives them to the handler "bill", which takes bill, reminder only. Give the source another queue, with a pool for a handler that takes it: work.',
      },
    ],
  });
});

test.each([
  ["of a kind that its handler takes", { queue: "bills", makes: "reminder" }],
  ["of a kind that nobody knows before", { queue: "bills", makes: "unknown" }],
  ["for a handler that takes anything", { queue: "orders" }],
])("a source with tasks %s is not refused", async (_case, source) => {
  expect((await openWith(source)).snapshot.units("sources").has("clock")).toBe(true);
});
