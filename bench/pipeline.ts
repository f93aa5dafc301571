import type { Clock } from "../src/app_runtime/base/clock.ts";
import type { EventChannel, TaskHandler, TaskQueue } from "../src/app_runtime/index.ts";
import { BoundedPublisher } from "../src/app_runtime/queue/api.ts";
import { TraceService } from "../src/app_runtime/tracing/api.ts";
import { WorkerSupervisor } from "../src/app_runtime/workers/api.ts";

export interface Pipeline {
  publish(id: string, payload: { readonly n: number }): Promise<unknown>;
  /** Tasks that are settled. */
  readonly acked: number;
  close(): Promise<void>;
}

/** What the runtime puts around a queue: publisher, workers, settling. */
export function openPipeline(
  { queue, clock, events }: { readonly queue: TaskQueue; readonly clock: Clock; readonly events: EventChannel },
  concurrency: number,
  handle: TaskHandler["handle"],
): Pipeline {
  const traces = new TraceService({ propagation: "link", configVersion: () => "1" });
  const workers = new WorkerSupervisor({
    clock,
    events,
    traces,
    random: Math.random,
    restart: { initialDelayMs: 1, maxDelayMs: 1, factor: 1, jitter: 0, maxRestarts: 0, withinMs: 1, stableAfterMs: 1 },
    journal: undefined,
    isJournaled: () => false,
    outlet: {
      publish: async () => "stored",
      prepareFollowUp: noFollowUps,
      missedFollowUp: () => undefined,
      releaseFollowUps: () => undefined,
    },
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
    takesAhead: queue.isRemote === true,
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
