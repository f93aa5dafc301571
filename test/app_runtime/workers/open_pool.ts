import { expect, onTestFinished } from "vitest";
import { MemoryQueue } from "../../../src/adapters/memory_queue/index.ts";
import type { Journal } from "../../../src/app_runtime/contracts/journal.ts";
import type {
  RuntimeEvent,
  RuntimeEventBody,
  RuntimeEventKind,
} from "../../../src/app_runtime/contracts/runtime_event.ts";
import type { Task } from "../../../src/app_runtime/contracts/task.ts";
import type { Outcome, TaskContext, TaskHandler } from "../../../src/app_runtime/contracts/task_handler.ts";
import type { QueueSettings, TaskQueue } from "../../../src/app_runtime/contracts/task_queue.ts";
import { RuntimeEventChannel } from "../../../src/app_runtime/core/runtime_event_channel.ts";
import { ManualClock, settlePromises } from "../../../src/app_runtime/testing/manual_clock.ts";
import { sampleTask } from "../../../src/app_runtime/testing/sample_task.ts";
import { TraceService } from "../../../src/app_runtime/tracing/api.ts";
import type { HandlerOutlet } from "../../../src/app_runtime/workers/run.ts";
import { type PoolDefinition, type PoolParts, WorkerPool } from "../../../src/app_runtime/workers/worker_pool.ts";
import { outletOf } from "./outlet.ts";

export interface PoolOptions {
  readonly handle: TaskHandler["handle"];
  readonly concurrency?: number;
  readonly settings?: Partial<QueueSettings>;
  readonly definition?: Partial<PoolDefinition>;
  readonly journal?: Journal;
  readonly outlet?: Partial<HandlerOutlet>;
  readonly parts?: Partial<PoolParts>;
  /** Puts something in front of the queue, as the pool sees it. */
  readonly wrap?: (queue: MemoryQueue) => TaskQueue;
}

type EventOf<K extends RuntimeEventKind> = RuntimeEvent & Extract<RuntimeEventBody, { readonly kind: K }>;

/** A pool on a memory queue; after the test it is stopped, and must have left no lease, no timer and no worker. */
export async function openPool(options: PoolOptions) {
  const clock = new ManualClock();
  const events = new RuntimeEventChannel(clock);
  const said: RuntimeEvent[] = [];
  events.subscribe((event) => void said.push(event));
  const settings = { capacity: 1_000, leaseMs: 9_000, groupLimit: 1, rememberFinished: 1_000, maxDeadLetters: 100 };
  const memory = new MemoryQueue({ name: "orders", settings: { ...settings, ...options.settings }, clock, events });
  const outages: boolean[] = [];
  const { definition, parts } = defaults({ ...options, queue: options.wrap?.(memory) ?? memory });
  const pool = new WorkerPool(
    { ...definition, ...options.definition },
    {
      ...parts,
      clock,
      events,
      traces: new TraceService({ propagation: "parent", configVersion: () => "1" }),
      onOutage: (_pool, lasting) => void outages.push(lasting),
      ...options.parts,
    },
  );
  onTestFinished(async () => {
    pool.stopIntake();
    pool.abandonAll();
    await pool.stopped();
    await memory.close();
    const states = new Set(pool.workers.map((worker) => worker.state.kind));
    expect({ inFlight: pool.inFlight, timers: clock.pending, states }).toEqual({
      inFlight: 0,
      timers: 0,
      states: new Set(["stopped"]),
    });
  });
  return {
    pool,
    queue: memory,
    clock,
    outages,
    said,
    /** All events of one kind, in the order in which they were said. */
    of: <K extends RuntimeEventKind>(kind: K) => said.filter((event): event is EventOf<K> => event.kind === kind),
    publish: async (ids: string | readonly string[], overrides: Partial<Omit<Task, "id">> = {}) => {
      for (const id of [ids].flat()) await memory.publish(sampleTask(id, overrides));
      await settlePromises();
    },
    start: async () => {
      pool.start();
      await settlePromises();
    },
  };
}

function defaults(options: PoolOptions & { readonly queue: TaskQueue }) {
  const definition: PoolDefinition = {
    name: "orders",
    queue: options.queue,
    handler: { handle: options.handle },
    concurrency: options.concurrency ?? 1,
    limits: { timeoutMs: 60_000, graceMs: 1_000 },
    leaseMs: 9_000,
    retry: { attempts: 3, initialDelayMs: 100, maxDelayMs: 1_000, factor: 2, jitter: 0 },
    maxCrashes: 5,
    required: true,
    takesAhead: false,
  };
  const parts = {
    random: () => 0.5,
    restart: {
      maxRestarts: 3,
      withinMs: 60_000,
      initialDelayMs: 100,
      maxDelayMs: 1_000,
      factor: 2,
      jitter: 0,
      stableAfterMs: 60_000,
    },
    journal: options.journal,
    isJournaled: () => options.journal !== undefined,
    outlet: outletOf(options.outlet ?? {}),
  };
  return { definition, parts };
}

/** A handler that a test answers by hand. */
export class HandHeld implements TaskHandler {
  readonly runs: {
    readonly id: string;
    readonly attempt: number;
    readonly context: TaskContext;
    readonly answer: (outcome: Outcome) => void;
    readonly fail: (error: unknown) => void;
  }[] = [];

  readonly handle = (task: Task, context: TaskContext): Promise<Outcome> => {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    this.runs.push({
      id: task.id,
      attempt: context.delivery.attempt,
      context,
      answer: resolve,
      fail: reject,
    });
    return promise;
  };

  /** The latest run. */
  get run() {
    const run = this.runs.at(-1);
    if (run === undefined) throw new Error("The handler has not been called.");
    return run;
  }
}
