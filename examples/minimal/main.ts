/** A whole application: a source that counts to five, a queue, a worker, and a handler that fails once. */
import { type ApplicationModule, done, RuntimeManager, retry, type SourceParts, sourceKind } from "app_runtime";
import { memoryQueueKind } from "app_runtime/adapters/memory_queue";

const counterKind = sourceKind({
  kind: "counter",
  schema: { upTo: { doc: "How far it counts.", format: "count", default: 3 } },
  journaled: false,
  create: async (config, parts) => counter(config.upTo, parts),
});

function counter(upTo: number, { name, publisher }: SourceParts) {
  return {
    name,
    async start() {
      for (let n = 1; n <= upTo; n += 1) {
        await publisher.publish(publisher.prepare({ id: `number-${n}`, kind: "number", payload: n }));
      }
    },
    async quiesce() {},
    async stop() {},
    pause() {},
    resume() {},
    trigger() {},
    health: () => ({ state: "pass" as const }),
    status: () => ({ state: "running" as const, backlog: 0, inFlight: 0, published: upTo, settled: 0, facts: {} }),
  };
}

const squared = new Set<number>();
const allDone = Promise.withResolvers<void>();

const squares: ApplicationModule = {
  name: "squares",
  register(registry) {
    registry.queue("numbers", { adapter: "memory", retry: { initialDelay: "100ms" } });
    registry.source("counter", { adapter: "counter", queue: "numbers", upTo: 5 });
    registry.workers("squarers", { queue: "numbers", handler: "square", concurrency: 1 });
    registry.handler("square", {
      needs: [],
      create: () => ({
        handle(task, { delivery }) {
          const n = Number(task.payload);
          if (n === 3 && delivery.attempt === 1) return retry("three is hard");
          console.log(`${n} squared is ${n * n} (attempt ${delivery.attempt})`);
          if (squared.add(n).size === 5) allDone.resolve();
          return done;
        },
      }),
    });
  },
};

const runtime = new RuntimeManager({ modules: [squares], kinds: [counterKind, memoryQueueKind] });
await runtime.start();
await allDone.promise;
const report = await runtime.stop("everything is counted");
console.log(`stopped: ${report.requeued} requeued, ${report.abandoned} abandoned`);
