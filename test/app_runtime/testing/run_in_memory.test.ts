import { expect, test } from "vitest";
import { memoryQueueKind } from "../../../src/adapters/memory_queue/index.ts";
import { type ApplicationModule, done, retry } from "../../../src/app_runtime/index.ts";
import { runInMemory } from "../../../src/app_runtime/testing/index.ts";

/** What the author of an application would have. */
const greeter: ApplicationModule = {
  name: "greeter",
  register(registry) {
    registry.queue("names", { adapter: "memory" });
    registry.source("door", { adapter: "by_hand", queue: "names" });
    registry.workers("greeters", { queue: "names", handler: "greet" });
    registry.handler("greet", {
      needs: [],
      create: () => ({ handle: (_task, { delivery }) => (delivery.attempt === 1 ? retry("shy") : done) }),
    });
  },
};

test("a task goes through the whole application, and its retry takes no time", async () => {
  const app = await runInMemory({ modules: [greeter], kinds: [memoryQueueKind] });
  await app.feed("door", { id: "ada", kind: "name", payload: "Ada" });
  expect(app.eventsOf("task.retried")).toMatchObject([{ taskId: "ada", reason: "shy" }]);
  await app.advance(1_000);
  expect(app.eventsOf("task.done")).toMatchObject([{ taskId: "ada" }]);
  const report = await app.stop();
  expect([report.requeued, app.runtime.state.kind, app.clock.pending]).toEqual([0, "stopped", 0]);
});

test("the config says what a file would say, and may change", async () => {
  const app = await runInMemory({
    modules: [greeter],
    kinds: [memoryQueueKind],
    config: { queues: { names: { capacity: 3 } } },
  });
  expect(app.snapshot.units("queues").get("names")?.config.capacity).toBe(3);
  expect((await app.reconfigure({ queues: { names: { capacity: 4 } } })).kind).toBe("applied");
  expect(app.snapshot.units("queues").get("names")?.config.capacity).toBe(4);
  await app.stop();
});

test("all events are there, from the first on", async () => {
  const app = await runInMemory({ modules: [greeter], kinds: [memoryQueueKind] });
  expect(app.events.slice(0, 2).map(({ kind, seq }) => [kind, seq])).toEqual([
    ["runtime.state_changed", 1],
    ["config.applied", 2],
  ]);
  await app.stop();
  expect(app.events.at(-1)).toMatchObject({ kind: "runtime.state_changed", to: "stopped" });
});

test("a source that is not there, or does not run, is named", async () => {
  const app = await runInMemory({ modules: [greeter], kinds: [memoryQueueKind] });
  const ada = { id: "ada", kind: "name", payload: "Ada" };
  await expect(app.feed("window", ada)).rejects.toThrow('No source "window" with `adapter: by_hand`');
  await app.runtime.control.pause("test", "source", "door");
  await expect(app.feed("door", ada)).rejects.toThrow('Source "door" is paused');
  await app.stop();
  await expect(app.feed("door", ada)).rejects.toThrow('Source "door" is stopped');
});

test("a boot that fails rejects with what the runtime says", async () => {
  await expect(runInMemory({ modules: [greeter], kinds: [] })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});
