import { Queue, type Telemetry, Worker } from "bullmq";
import { BullmqQueue } from "../src/adapters/bullmq_queue/index.ts";
import { redisSchema } from "../src/adapters/redis/index.ts";
import { SystemClock } from "../src/app_runtime/base/clock.ts";
import { RuntimeEventChannel } from "../src/app_runtime/core/runtime_event_channel.ts";
import type { QueueSettings, TaskHandler } from "../src/app_runtime/index.ts";
import { BoundedPublisher } from "../src/app_runtime/queue/api.ts";
import { TraceService } from "../src/app_runtime/tracing/api.ts";
import { parsedConfig } from "../test/support/parsed_config.ts";
import { openPipeline } from "./pipeline.ts";

/** A queue on Redis with a worker, whoever made them. */
export interface Side {
  /** As fast as it can be done. */
  fill(from: number, tasks: number): Promise<void>;
  publish(n: number): Promise<unknown>;
  /** Takes tasks until what it gives is called; `onTask` is the handler, and gets the number under which a task was published. */
  work(concurrency: number, onTask: (n: number) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface SideParts {
  readonly port: number;
  readonly name: string;
  /** Characters in the payload of each task. */
  readonly characters: number;
}

const idPrefix = "task-";
const settings: QueueSettings = {
  capacity: 1_000_000,
  leaseMs: 10_000,
  groupLimit: 10,
  rememberFinished: 10_000,
  maxDeadLetters: 100,
};

/** What the runtime puts around its queue: publisher, workers, settling. */
export async function oursOn({
  port,
  name,
  characters,
  keyed,
}: SideParts & { readonly keyed: boolean }): Promise<Side> {
  const payload = payloadOf(characters);
  const clock = new SystemClock();
  const events = new RuntimeEventChannel(clock);
  const redis = { ...parsedConfig(redisSchema, {}), port };
  const open = () => new BullmqQueue({ name, settings, clock, events, redis, prefix: "bench" });
  const target = open();
  await target.open();
  const configVersion = () => "1";
  const traces = new TraceService({ propagation: "link", configVersion });
  const publisher = new BoundedPublisher({ source: "bench", target, traces, events, configVersion });
  const publish = (n: number) => {
    const keys = keyed ? { orderKey: `k${n % 1_000}`, group: `g${n % 100}` } : {};
    return publisher.publish(publisher.prepare({ id: idPrefix + n, kind: "bench", payload, ...keys }));
  };
  return {
    fill: async (from, tasks) => {
      await Promise.all(Array.from({ length: tasks }, (_, n) => publish(from + n)));
    },
    publish,
    work: async (concurrency, onTask) => {
      const queue = open();
      await queue.open();
      const handle: TaskHandler["handle"] = async ({ id }) => {
        onTask(numberIn(id));
        return { kind: "done" };
      };
      const pipeline = openPipeline({ queue, clock, events }, concurrency, handle);
      return () => pipeline.close();
    },
    close: () => target.close(),
  };
}

/** BullMQ's own Queue and Worker. */
export async function rawOn({
  port,
  name,
  characters,
  telemetry,
}: SideParts & { readonly telemetry?: Telemetry | undefined }): Promise<Side> {
  const shared = { connection: { host: "127.0.0.1", port }, ...(telemetry && { telemetry }) };
  const payload = payloadOf(characters);
  const queue = new Queue(name, { ...shared, defaultJobOptions: { removeOnComplete: true } });
  await queue.waitUntilReady();
  const publish = (n: number) => queue.add("bench", payload, { jobId: idPrefix + n });
  const fillInBulk = async (from: number, tasks: number) => {
    for (let n = 0; n < tasks; n += 500) {
      const some = Array.from({ length: Math.min(500, tasks - n) }, (_, i) => from + n + i);
      await queue.addBulk(some.map((id) => ({ name: "bench", data: payload, opts: { jobId: idPrefix + id } })));
    }
  };
  /** In bulk there would be one span for 500 tasks, and all of them recorded or none. */
  const fillOneByOne = async (from: number, tasks: number) => {
    await Promise.all(Array.from({ length: tasks }, (_, n) => publish(from + n)));
  };
  return {
    fill: telemetry === undefined ? fillInBulk : fillOneByOne,
    publish,
    work: async (concurrency, onTask) => {
      const worker = new Worker(name, async ({ id }) => onTask(numberIn(id ?? "")), { ...shared, concurrency });
      worker.on("error", () => undefined);
      await worker.waitUntilReady();
      return () => worker.close();
    },
    close: () => queue.close(),
  };
}

function payloadOf(characters: number): { readonly text: string } {
  return { text: "x".repeat(characters) };
}

function numberIn(id: string): number {
  return Number(id.slice(idPrefix.length));
}
