import { setTimeout as pause } from "node:timers/promises";
import { Queue, Worker } from "bullmq";
import { Redis as Client } from "ioredis";
import { BullmqQueue } from "../src/adapters/bullmq_queue/index.ts";
import { redisSchema } from "../src/adapters/redis/index.ts";
import { SystemClock } from "../src/app_runtime/base/clock.ts";
import { RuntimeEventChannel } from "../src/app_runtime/core/runtime_event_channel.ts";
import type { QueueSettings, Task, TaskHandler } from "../src/app_runtime/index.ts";
import { sampleTask } from "../src/app_runtime/testing/index.ts";
import { parsedConfig } from "../test/support/parsed_config.ts";
import { openPipeline, type Pipeline } from "./pipeline.ts";
import { answerParent } from "./run_apart.ts";

export interface SideRequest {
  readonly side: "ours" | "raw";
  readonly what: "drain" | "keyed" | "latency" | "idle";
  readonly port: number;
  readonly tasks: number;
  readonly concurrency: number;
}

export interface SideFigures {
  readonly wallMs: number;
  readonly cpuUsPerTask: number;
  readonly redisUsPerTask: number;
  readonly evalshaPerTask: number;
  readonly commandsPerTask: number;
  /** From publish to handler, one entry per task; for `latency`. */
  readonly ms: readonly number[];
}

const warmUpTasks = 2_000;
const payload = { text: "x".repeat(80) };
const settings: QueueSettings = {
  capacity: 1_000_000,
  leaseMs: 10_000,
  groupLimit: 10,
  rememberFinished: 10_000,
  maxDeadLetters: 100,
};

interface Side {
  fill(from: number, tasks: number): Promise<void>;
  publish(n: number): Promise<unknown>;
  /** Takes tasks until `close`; `onTask` is the handler. */
  work(concurrency: number, onTask: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

async function ours(port: number, keyed: boolean): Promise<Side> {
  const clock = new SystemClock();
  const events = new RuntimeEventChannel(clock);
  const redis = { ...parsedConfig(redisSchema, {}), port };
  const open = () => new BullmqQueue({ name: "bench", settings, clock, events, redis, prefix: "bench" });
  const producer = open();
  await producer.open();
  const task = (n: number): Task =>
    sampleTask(`task-${n}`, { payload, ...(keyed && { orderKey: `k${n % 1_000}`, group: `g${n % 100}` }) });
  return {
    fill: async (from, tasks) => {
      await Promise.all(Array.from({ length: tasks }, (_, n) => producer.publish(task(from + n))));
    },
    publish: (n) => producer.publish(task(n)),
    work: async (concurrency, onTask) => {
      const queue = open();
      await queue.open();
      const handle: TaskHandler["handle"] = async () => {
        onTask();
        return { kind: "done" };
      };
      const pipeline: Pipeline = openPipeline({ queue, clock, events }, concurrency, handle);
      return () => pipeline.close();
    },
    close: () => producer.close(),
  };
}

async function raw(port: number): Promise<Side> {
  const connection = { host: "127.0.0.1", port };
  const queue = new Queue("raw", { connection, defaultJobOptions: { removeOnComplete: true } });
  await queue.waitUntilReady();
  return {
    fill: async (from, tasks) => {
      for (let n = 0; n < tasks; n += 500) {
        const some = Array.from({ length: Math.min(500, tasks - n) }, (_, i) => from + n + i);
        await queue.addBulk(some.map((id) => ({ name: "bench", data: payload, opts: { jobId: `task-${id}` } })));
      }
    },
    publish: (n) => queue.add("bench", payload, { jobId: `task-${n}` }),
    work: async (concurrency, onTask) => {
      const worker = new Worker("raw", async () => onTask(), { connection, concurrency });
      worker.on("error", () => undefined);
      await worker.waitUntilReady();
      return () => worker.close();
    },
    close: () => queue.close(),
  };
}

interface RedisUse {
  readonly cpuUs: number;
  readonly evalsha: number;
  readonly commands: number;
}

async function useOf(client: Client): Promise<RedisUse> {
  const [cpu, stats] = [await client.info("cpu"), await client.info("commandstats")];
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(cpu)?.[1] ?? 0);
  const calls = [...stats.matchAll(/cmdstat_(\S+):calls=(\d+)/g)].map(
    ([, name, count]) => [name, Number(count)] as const,
  );
  const counted = calls.filter(([name]) => name !== "info" && name !== "ping");
  return {
    cpuUs: (seconds("used_cpu_user") + seconds("used_cpu_sys")) * 1e6,
    evalsha: calls.find(([name]) => name === "evalsha")?.[1] ?? 0,
    commands: counted.reduce((sum, [, count]) => sum + count, 0),
  };
}

async function measured(client: Client, tasks: number, work: () => Promise<void>): Promise<Omit<SideFigures, "ms">> {
  const before = await useOf(client);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const wallMs = performance.now() - startedAt;
  const cpu = process.cpuUsage(cpuBefore);
  const after = await useOf(client);
  return {
    wallMs,
    cpuUsPerTask: (cpu.user + cpu.system) / tasks,
    redisUsPerTask: (after.cpuUs - before.cpuUs) / tasks,
    evalshaPerTask: (after.evalsha - before.evalsha) / tasks,
    commandsPerTask: (after.commands - before.commands) / tasks,
  };
}

/** All tasks are there when the workers begin. */
async function drain(side: Side, client: Client, { tasks, concurrency }: SideRequest): Promise<SideFigures> {
  const through = async (from: number, count: number) => {
    await side.fill(from, count);
    return await measured(client, count, async () => {
      const all = Promise.withResolvers<void>();
      let done = 0;
      const stop = await side.work(concurrency, () => {
        done += 1;
        if (done === count) all.resolve();
      });
      await all.promise;
      await stop();
    });
  };
  await through(0, warmUpTasks);
  return { ...(await through(warmUpTasks, tasks)), ms: [] };
}

const betweenMs = 1;

/** One task at a time, for a worker that waits. */
async function latency(side: Side, client: Client, { tasks }: SideRequest): Promise<SideFigures> {
  const ms: number[] = [];
  let publishedAt = 0;
  let handled = Promise.withResolvers<void>();
  const stop = await side.work(1, () => {
    ms.push(performance.now() - publishedAt);
    handled.resolve();
  });
  const some = async (from: number, count: number) => {
    for (let n = from; n < from + count; n += 1) {
      await pause(betweenMs);
      handled = Promise.withResolvers();
      publishedAt = performance.now();
      await side.publish(n);
      await handled.promise;
    }
  };
  await some(0, 200);
  const use = await measured(client, tasks, () => some(200, tasks));
  await stop();
  return { ...use, ms: ms.slice(200) };
}

/** `tasks` is how many seconds; the figures are per second. */
async function idle(side: Side, client: Client, { tasks: seconds }: SideRequest): Promise<SideFigures> {
  const stop = await side.work(1, () => undefined);
  await side.close();
  await pause(1_000);
  const use = await measured(client, seconds, () => pause(seconds * 1_000));
  await stop();
  return { ...use, ms: [] };
}

await answerParent(async (request: SideRequest): Promise<SideFigures> => {
  const client = new Client({ port: request.port });
  await client.flushall();
  await client.config("RESETSTAT");
  const side = request.side === "ours" ? await ours(request.port, request.what === "keyed") : await raw(request.port);
  const work = { drain, keyed: drain, latency, idle }[request.what];
  const figures = await work(side, client, request);
  await side.close();
  client.disconnect();
  return figures;
});
