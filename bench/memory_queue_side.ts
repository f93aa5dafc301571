import { setImmediate as nextTurn } from "node:timers/promises";
import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import fastq from "fastq";
import { MemoryQueue } from "../src/adapters/memory_queue/memory_queue.ts";
import { SystemClock } from "../src/app_runtime/base/clock.ts";
import { RuntimeEventChannel } from "../src/app_runtime/core/runtime_event_channel.ts";
import { BoundedPublisher } from "../src/app_runtime/queue/api.ts";
import { TraceService } from "../src/app_runtime/tracing/api.ts";
import { WorkerSupervisor } from "../src/app_runtime/workers/api.ts";
import { answerParent } from "./run_apart.ts";

export interface SideRequest {
  readonly side: "ours" | "fastq" | "ours with spans";
  readonly tasks: number;
}

export interface SideFigures {
  readonly wallMs: number;
  readonly cpuUsPerTask: number;
}

const concurrency = 10;

/** Publishes one after the other into a queue bounded at 1,000 and waits until the last task is settled. */
async function ours(tasks: number): Promise<void> {
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
    publish: async () => "stored",
    onOutage: () => undefined,
  });
  workers.start({
    name: "bench",
    queue,
    handler: { handle: async () => ({ kind: "done" }) },
    concurrency,
    limits: { timeoutMs: 60_000, graceMs: 1_000 },
    leaseMs: 10_000,
    retry: { attempts: 5, initialDelayMs: 1, maxDelayMs: 1, factor: 2, jitter: 0 },
    maxCrashes: 5,
    required: true,
  });
  const publisher = new BoundedPublisher({ source: "bench", target: queue, traces, events, configVersion: () => "1" });
  for (let n = 0; n < tasks; n += 1) {
    await publisher.publish(publisher.prepare({ id: `task-${n}`, kind: "bench", payload: { n } }));
  }
  while (queue.stats().acked < tasks) await nextTurn();
  workers.stopIntake();
  await workers.stopped();
  await queue.close();
}

async function theirs(tasks: number): Promise<void> {
  const queue = fastq.promise(async () => undefined, concurrency);
  for (let n = 0; n < tasks; n += 1) void queue.push(n);
  await queue.drained();
}

/** Records every span and drops it: the cost of recording, without that of sending. */
function registerNullExporter(): void {
  const drop: SpanProcessor = {
    onStart: () => undefined,
    onEnd: () => undefined,
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [drop] }));
}

await answerParent(async ({ side, tasks }: SideRequest): Promise<SideFigures> => {
  if (side === "ours with spans") registerNullExporter();
  const work = side === "fastq" ? theirs : ours;
  await work(20_000);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await work(tasks);
  const cpu = process.cpuUsage(cpuBefore);
  return { wallMs: performance.now() - startedAt, cpuUsPerTask: (cpu.user + cpu.system) / tasks };
});
