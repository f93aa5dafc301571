import { expect, test } from "vitest";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { ConfigInvalidError } from "../../../src/app_runtime/config/api.ts";
import { serviceToken } from "../../../src/app_runtime/contracts/application_module.ts";
import type { Component } from "../../../src/app_runtime/contracts/component.ts";
import type { RuntimeEvent } from "../../../src/app_runtime/contracts/runtime_event.ts";
import { done } from "../../../src/app_runtime/contracts/task_handler.ts";
import { BootFailedError } from "../../../src/app_runtime/core/component_lifecycle.ts";
import { ModuleConflictError } from "../../../src/app_runtime/core/module_registrar.ts";
import { RuntimeManager } from "../../../src/app_runtime/core/runtime_manager.ts";
import { ManualClock } from "../../../src/app_runtime/testing/manual_clock.ts";
import { component, openShop, shopModule } from "./open_shop.ts";

/** A runtime that is expected not to come up, and the error of its start. */
async function failedBoot(parts: Partial<ConstructorParameters<typeof RuntimeManager>[0]>) {
  const clock = new ManualClock();
  const events: RuntimeEvent[] = [];
  const runtime = new RuntimeManager({
    modules: [shopModule(() => done, withoutInbox)],
    kinds: [memoryQueueKind],
    clock,
    pauses: { load: async () => [], save: async () => {} },
    readers: [(event) => void events.push(event)],
    ...parts,
  });
  const error: unknown = await runtime.start().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(runtime.state.kind).toBe("failed");
  expect(clock.pending).toBe(0);
  return { error, runtime, events, message: error instanceof Error ? error.message : String(error) };
}

const withoutInbox = () => {};
const noInbox = { name: "shop", register: () => {} };

function components(...made: readonly Component[]) {
  return { infrastructure: () => ({ components: made }) };
}

test("components start level by level and stop in reverse, the pipeline last and first", async () => {
  const log: string[] = [];
  const shop = await openShop(
    components(component("api", ["database", "log"], log), component("database", [], log), component("log", [], log)),
  );
  expect(log).toEqual(["load database", "load log", "load api", "start database", "start log", "start api"]);
  const started = shop.eventsOf("component.started").map(({ unit }) => unit);
  expect(started.at(-1)).toBe("component:pipeline");
  const report = await shop.stop();
  expect(log.slice(6)).toEqual(["stop api", "stop database", "stop log"]);
  expect(report.components.map(({ name }) => name).slice(0, 2)).toEqual(["pipeline", "api"]);
});

test("the members of a level start together", async () => {
  const bothStarted = Promise.withResolvers<void>();
  let started = 0;
  const meet = (name: string): Component => ({
    name,
    needs: [],
    start: async () => {
      started += 1;
      if (started === 2) bothStarted.resolve();
      await bothStarted.promise;
    },
  });
  const shop = await openShop(components(meet("a"), meet("b")));
  expect(shop.runtime.state.kind).toBe("running");
});

test.each(["load", "start"] as const)(
  "a component that does not %s rolls back what was touched, in reverse",
  async (phase) => {
    const log: string[] = [];
    const { error, message, events } = await failedBoot({
      modules: [noInbox],
      ...components(
        component("database", [], log),
        component("api", ["database"], log, { [phase]: "port taken" }),
        component("page", ["api"], log),
      ),
    });
    expect(error).toBeInstanceOf(BootFailedError);
    expect(message).toBe(`Component "api" did not ${phase}: port taken`);
    const stops = log.filter((line) => line.startsWith("stop"));
    expect(stops).toEqual(
      phase === "load" ? ["stop api", "stop database"] : ["stop page", "stop api", "stop database"],
    );
    expect(log).not.toContain("start page");
    expect(events).toContainEqual(expect.objectContaining({ kind: "component.failed", phase, error: "port taken" }));
  },
);

test("an error while rolling back does not stop the sweep, and the first error is the one that is told", async () => {
  const log: string[] = [];
  const { message, events } = await failedBoot({
    modules: [noInbox],
    ...components(
      component("database", [], log, { stop: "still busy" }),
      component("api", ["database"], log, { start: "port taken", stop: "never opened" }),
    ),
  });
  expect(message).toContain("port taken");
  expect(log.slice(-2)).toEqual(["stop api", "stop database"]);
  const errors = events.flatMap((event) =>
    event.kind === "component.failed" ? [`${event.phase}: ${event.error}`] : [],
  );
  expect(errors).toEqual(["start: port taken", "stop: never opened", "stop: still busy"]);
});

test("a circle of needs is named, and nothing is started", async () => {
  const log: string[] = [];
  const { message } = await failedBoot({
    modules: [noInbox],
    ...components(component("a", ["b"], log), component("b", ["c"], log), component("c", ["a"], log)),
  });
  expect(message).toContain("a → b → c → a");
  expect(log).toEqual([]);
});

test("a need that nobody meets is named, with what there is", async () => {
  const { message } = await failedBoot({ modules: [noInbox], ...components(component("api", ["databse"], [])) });
  expect(message).toContain('Component "api" needs "databse"');
});

test("what is wrong with the configuration is told at once, all of it, and nothing is started", async () => {
  const log: string[] = [];
  const { error, message } = await failedBoot({
    ...components(component("database", [], log)),
    config: { env: { APP_RUNTIME__PLATFORM__SHUTDOWN__DEADLINE: "soon" } },
  });
  expect(error).toBeInstanceOf(ConfigInvalidError);
  expect(message).toMatch(/soon/);
  expect(message).toMatch(/by_hand/);
  expect(log).toEqual([]);
});

test("a kind that objects to the config of a unit is heard before anything is opened", async () => {
  const strict = { ...memoryQueueKind, check: (_config: unknown, name: string) => `cannot be called ${name}.` };
  const { error, message } = await failedBoot({ kinds: [strict] });
  expect(error).toBeInstanceOf(ConfigInvalidError);
  expect(message).toContain("queues.orders: cannot be called orders.");
});

test("two modules that declare one name are told apart in the error", async () => {
  const again = { ...shopModule(() => done), name: "rival" };
  const { error, message } = await failedBoot({ modules: [shopModule(() => done), again] });
  expect(error).toBeInstanceOf(ModuleConflictError);
  expect(message).toContain('Module "rival" declares the queues "orders"');
});

test("a service that is missing is a boot error, before anything has started", async () => {
  const log: string[] = [];
  const clockwork = serviceToken<object>("clockwork");
  const { message } = await failedBoot({
    modules: [
      {
        name: "shop",
        register: (registry) => registry.service(serviceToken("shop"), { needs: [clockwork], create: () => ({}) }),
      },
    ],
    ...components(component("database", [], log)),
  });
  expect(message).toContain("clockwork");
  expect(log).toEqual([]);
});

test("units that do not start fail the boot, and each is named", async () => {
  const { message, events } = await failedBoot({
    modules: [
      {
        name: "shop",
        register: (registry) => {
          registry.queue("orders", { adapter: "memory" });
          for (const name of ["broken", "crooked"]) {
            registry.handler(name, {
              needs: [],
              create: () => {
                throw new Error(`${name} to the core`);
              },
            });
            registry.workers(name, { queue: "orders", handler: name });
          }
        },
      },
    ],
  });
  expect(message).toContain("handler:broken: broken to the core");
  expect(message).toContain("handler:crooked: crooked to the core");
  expect(events).toContainEqual(expect.objectContaining({ kind: "component.failed", unit: "component:pipeline" }));
});

test("a runtime lives once", async () => {
  const shop = await openShop();
  await expect(shop.runtime.start()).rejects.toMatchObject({ code: "RUNTIME_STATE" });
  const report = await shop.stop();
  expect(await shop.runtime.stop("again")).toBe(report);
  await expect(shop.runtime.start()).rejects.toMatchObject({ code: "RUNTIME_STATE" });
});

test("a stop before the start is refused, and takes nothing from the stop after it", async () => {
  const runtime = new RuntimeManager({
    modules: [],
    kinds: [],
    clock: new ManualClock(),
    pauses: { load: async () => [], save: async () => {} },
  });
  await expect(runtime.stop("too early")).rejects.toMatchObject({ code: "RUNTIME_STATE" });
  await runtime.start();
  await runtime.stop("in time");
  expect(runtime.state.kind).toBe("stopped");
});

test("a stop during the boot waits for it and then stops everything", async () => {
  const log: string[] = [];
  const opened = Promise.withResolvers<void>();
  const slow: Component = { ...component("slow", [], log), start: () => opened.promise };
  const runtime = new RuntimeManager({
    modules: [],
    kinds: [],
    clock: new ManualClock(),
    pauses: { load: async () => [], save: async () => {} },
    ...components(slow),
  });
  const starting = runtime.start();
  const stopping = runtime.stop("changed my mind");
  opened.resolve();
  await starting;
  await stopping;
  expect([runtime.state.kind, log]).toEqual(["stopped", ["load slow", "stop slow"]]);
});
