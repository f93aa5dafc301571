import { setTimeout as pause } from "node:timers/promises";
import { Queue, Worker } from "bullmq";
import { sampleTask } from "../src/app_runtime/testing/index.ts";
import { openPipeline } from "./pipeline.ts";
import { openQueue, type QueuePlace } from "./queue_of_kind.ts";
import { answerParent } from "./run_apart.ts";

export interface MixRequest {
  /** The runtime's queue; BullMQ's own Worker; or as many loops with nothing around them. All call the same handler. */
  readonly side: "queue" | "worker" | "loops";
  readonly tasks: number;
  readonly concurrency: number;
  readonly waitMs: number;
  readonly workMs: number;
}

export interface MixFigures {
  /** From the start of the workers to the end of the last task. */
  readonly makespanMs: number;
}

const payload = { text: "x".repeat(80) };

async function queue(request: MixRequest & QueuePlace): Promise<MixFigures> {
  const { tasks, concurrency } = request;
  const opened = await openQueue(request, 1);
  await Promise.all(
    Array.from({ length: tasks }, (_, n) => opened.queue.publish(sampleTask(`task-${n}`, { payload }))),
  );
  const all = Promise.withResolvers<void>();
  let done = 0;
  const startedAt = performance.now();
  const pipeline = openPipeline(opened, concurrency, async () => {
    await handle(request);
    done += 1;
    if (done === tasks) all.resolve();
    return { kind: "done" };
  });
  await all.promise;
  const makespanMs = performance.now() - startedAt;
  await pipeline.close();
  return { makespanMs };
}

async function worker(request: MixRequest & QueuePlace): Promise<MixFigures> {
  const { tasks, concurrency, port } = request;
  const connection = { host: "127.0.0.1", port };
  const queue = new Queue("mix", { connection, defaultJobOptions: { removeOnComplete: true } });
  await queue.obliterate();
  await queue.addBulk(Array.from({ length: tasks }, () => ({ name: "bench", data: payload })));
  const all = Promise.withResolvers<void>();
  let done = 0;
  const startedAt = performance.now();
  const work = async () => {
    await handle(request);
    done += 1;
    if (done === tasks) all.resolve();
  };
  const taker = new Worker("mix", work, { connection, concurrency });
  taker.on("error", () => undefined);
  await all.promise;
  const makespanMs = performance.now() - startedAt;
  await taker.close();
  await queue.close();
  return { makespanMs };
}

async function loops(request: MixRequest): Promise<MixFigures> {
  let left = request.tasks;
  const startedAt = performance.now();
  const loop = async () => {
    while (left > 0) {
      left -= 1;
      await handle(request);
    }
  };
  await Promise.all(Array.from({ length: request.concurrency }, loop));
  return { makespanMs: performance.now() - startedAt };
}

async function handle({ waitMs, workMs }: MixRequest): Promise<void> {
  await pause(waitMs);
  const until = performance.now() + workMs;
  while (performance.now() < until);
}

const sides = { queue, worker, loops };

await answerParent((request: MixRequest & QueuePlace) => sides[request.side](request));
