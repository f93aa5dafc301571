import { MemoryQueue } from "../src/adapters/memory_queue/memory_queue.ts";
import { SystemClock } from "../src/app_runtime/base/clock.ts";
import { RuntimeEventChannel } from "../src/app_runtime/core/runtime_event_channel.ts";
import type { TaskHandler } from "../src/app_runtime/index.ts";
import { BoundedPublisher } from "../src/app_runtime/queue/api.ts";
import { TraceService } from "../src/app_runtime/tracing/api.ts";
import { WorkerSupervisor } from "../src/app_runtime/workers/api.ts";

export interface MemoryPipeline {
  publish(id: string, payload: { readonly n: number }): Promise<unknown>;
  /** Tasks that are settled. */
  readonly acked: number;
  close(): Promise<void>;
}

/** What the runtime puts between a source and a handler: publisher, memory queue bounded at 1,000, workers, settling. */
export function openMemoryPipeline(concurrency: number, handle: TaskHandler["handle"]): MemoryPipeline {
  const clock = new SystemClock();
  const events = new RuntimeEventChannel(clock);
  const traces = new TraceService({ propagation: "link", configVersion: () => "1" });
  const queue = new MemoryQueue({
    name: "bench",
    clock,
    events,
    settings: { capacity: 1000, leaseMs: 10_000, groupLimit: 1, rememberFinished: 10_000, maxDeadLetters: 100 },
  });
  const workers = new WorkerSupervisor({
    clock,
    events,
    traces,
    random: Math.random,
    restart: { initialDelayMs: 1, maxDelayMs: 1, factor: 1, jitter: 0, maxRestarts: 0, withinMs: 1, stableAfterMs: 1 },
    journal: undefined,
    isJournaled: () => false,
    outlet: { publish: async () => "stored", prepareFollowUp: noFollowUps, releaseFollowUps: () => undefined },
    onOutage: () => undefined,
  });
  workers.start({
    name: "bench",
    queue,
    handler: { handle },
    concurrency,
    limits: { timeoutMs: 60_000, graceMs: 1_000 },
    leaseMs: 10_000,
    retry: { attempts: 5, initialDelayMs: 1, maxDelayMs: 1, factor: 2, jitter: 0 },
    maxCrashes: 5,
    required: true,
  });
  const publisher = new BoundedPublisher({ source: "bench", target: queue, traces, events, configVersion: () => "1" });
  return {
    publish: (id, payload) => publisher.publish(publisher.prepare({ id, kind: "bench", payload })),
    get acked() {
      return queue.stats().acked;
    },
    close: async () => {
      workers.stopIntake();
      await workers.stopped();
      await queue.close();
    },
  };
}

function noFollowUps(): never {
  throw new Error("There is no journal here.");
}
