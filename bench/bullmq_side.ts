import { setTimeout as pause } from "node:timers/promises";
import { propagation } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { BullMQOtel } from "bullmq-otel";
import { Redis as Client } from "ioredis";
import { OtelSdk } from "../src/adapters/otel/otel_sdk.ts";
import { oursOn, rawOn, type Side } from "./bullmq_sides.ts";
import { monotonicMs } from "./monotonic_ms.ts";
import { openLoop } from "./open_loop.ts";
import { type Cost, measured } from "./redis_use.ts";
import { answerParent } from "./run_apart.ts";

export interface SideRequest {
  readonly side: "ours" | "raw";
  readonly what: "drain" | "keyed" | "latency" | "load" | "idle" | "publish";
  readonly port: number;
  /** For `idle`, how many seconds; the figures are per second. */
  readonly tasks: number;
  /** For `idle`, how many queues with a worker each. */
  readonly concurrency: number;
  /** Spans are recorded, of this share of the traces; ours by the runtime, the others by bullmq-otel. */
  readonly traced?: number;
  /** In the payload of each task; as many as make about 100 bytes unless told. */
  readonly characters?: number | undefined;
  /** For `load`: how many tasks come in a second, on the average. */
  readonly perSecond?: number;
}

export interface SideFigures extends Cost {
  /** To the handler, one entry per task: for `latency` from the call of publish, for `load` from when the call was due. */
  readonly ms: readonly number[];
}

type Open = (name: string) => Promise<Side>;

/** Fewer when there are fewer to come. */
const warmUpTasks = 2_000;
const warmUpSingles = 200;
const smallPayload = 80;

/** All tasks are there when the workers begin. */
async function drain(open: Open, client: Client, { tasks, concurrency }: SideRequest): Promise<SideFigures> {
  const side = await open("bench");
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
  const first = Math.min(warmUpTasks, tasks);
  await through(0, first);
  const cost = await through(first, tasks);
  await side.close();
  return { ...cost, ms: [] };
}

/** Nobody works; the publishers are as many as there are tasks. */
async function publish(open: Open, client: Client, { tasks }: SideRequest): Promise<SideFigures> {
  const side = await open("bench");
  const first = Math.min(warmUpTasks, tasks);
  await side.fill(0, first);
  const cost = await measured(client, tasks, () => side.fill(first, tasks));
  await side.close();
  return { ...cost, ms: [] };
}

const betweenMs = 1;

/** One task at a time, for a worker that waits. */
async function latency(open: Open, client: Client, { tasks }: SideRequest): Promise<SideFigures> {
  const side = await open("bench");
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
  const first = Math.min(warmUpSingles, tasks);
  await some(0, first);
  const cost = await measured(client, tasks, () => some(first, tasks));
  await stop();
  await side.close();
  return { ...cost, ms: ms.slice(first) };
}

/** Tasks come when they come, whether or not those before them are through. */
async function load(open: Open, client: Client, request: SideRequest): Promise<SideFigures> {
  const { tasks, concurrency, perSecond = 1_000 } = request;
  const side = await open("bench");
  const dueAt: number[] = [];
  const ms: number[] = [];
  const first = Math.min(warmUpTasks, tasks);
  const [firstOnes, all] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const stop = await side.work(concurrency, (n) => {
    ms.push(monotonicMs() - (dueAt[n] ?? 0));
    if (ms.length === first) firstOnes.resolve();
    if (ms.length === first + tasks) all.resolve();
  });
  const some = async (from: number, count: number, handled: Promise<void>) => {
    await openLoop({ count, perSecond }, (n, at) => {
      dueAt[from + n] = at;
      return side.publish(from + n);
    });
    await handled;
  };
  await some(0, first, firstOnes.promise);
  const cost = await measured(client, tasks, () => some(first, tasks, all.promise));
  await stop();
  await side.close();
  return { ...cost, ms: ms.slice(first) };
}

const settleMs = 1_000;

/** Workers that have nothing to do. */
async function idle(open: Open, client: Client, { tasks: seconds, concurrency }: SideRequest): Promise<SideFigures> {
  const stops: (() => Promise<void>)[] = [];
  for (let n = 0; n < concurrency; n += 1) {
    const side = await open(`bench-${n}`);
    stops.push(await side.work(1, () => undefined));
    await side.close();
  }
  await pause(settleMs);
  const cost = await measured(client, seconds, () => pause(seconds * 1_000));
  await Promise.all(stops.map((stop) => stop()));
  return { ...cost, ms: [] };
}

const works = { drain, keyed: drain, latency, load, idle, publish };

/** As an application that turns tracing on; what is recorded is thrown away soon. */
function recordSpans(sampleRatio: number): void {
  new OtelSdk({ exporter: "memory", serviceName: "bench", sampleRatio, memorySpans: 100 }).register();
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

await answerParent(async (request: SideRequest): Promise<SideFigures> => {
  const { side, what, port, traced, characters = smallPayload } = request;
  if (traced !== undefined) recordSpans(traced);
  const telemetry = traced === undefined ? undefined : new BullMQOtel({ tracerName: "bench" });
  const client = new Client({ port });
  await client.flushall();
  await client.config("RESETSTAT");
  const open: Open = (name) =>
    side === "ours"
      ? oursOn({ port, name, characters, keyed: what === "keyed" })
      : rawOn({ port, name, characters, telemetry });
  const figures = await works[what](open, client, request);
  client.disconnect();
  return figures;
});
