import { type ApplicationModule, done, reject } from "app_runtime";
import { memoryQueueKind } from "app_runtime/adapters/memory_queue";
import { runInMemory } from "app_runtime/testing";
import { expect, test } from "vitest";

function rootsModule(roots: number[]): ApplicationModule {
  return {
    name: "roots",
    register(registry) {
      registry.queue("numbers", { adapter: "memory" });
      registry.source("door", { adapter: "by_hand", queue: "numbers" });
      registry.workers("rooters", { queue: "numbers", handler: "root" });
      registry.handler("root", {
        needs: [],
        create: () => ({
          handle(task, { delivery }) {
            const number = Number(task.payload);
            if (number < 0) return reject("has no root");
            if (delivery.attempt === 1) throw new Error("the calculator is warming up");
            roots.push(Math.sqrt(number));
            return done;
          },
        }),
      });
    },
  };
}

test("a number is rooted at the second attempt, and one that has no root is a dead letter", async () => {
  const roots: number[] = [];
  const app = await runInMemory({ modules: [rootsModule(roots)], kinds: [memoryQueueKind] });

  await app.feed("door", { id: "nine", kind: "number", payload: 9 });
  await app.feed("door", { id: "minus", kind: "number", payload: -1 });
  expect(roots).toEqual([]);

  await app.advance(2_000); // the pause before the second attempt takes no real time
  expect(roots).toEqual([3]);
  expect(app.eventsOf("task.dead_lettered")).toMatchObject([{ taskId: "minus", detail: "has no root" }]);

  await app.stop();
  expect(app.clock.pending).toBe(0);
});
