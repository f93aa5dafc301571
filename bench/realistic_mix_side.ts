import { setTimeout as pause } from "node:timers/promises";
import { sampleTask } from "../src/app_runtime/testing/index.ts";
import { openPipeline } from "./pipeline.ts";
import { openQueue, type QueuePlace } from "./queue_of_kind.ts";
import { answerParent } from "./run_apart.ts";

export interface MixRequest {
  /** False: as many loops with nothing around them, which call the same handler. */
  readonly queued: boolean;
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

async function queued(request: MixRequest & QueuePlace): Promise<MixFigures> {
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

async function bare(request: MixRequest): Promise<MixFigures> {
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

await answerParent((request: MixRequest & QueuePlace) => (request.queued ? queued(request) : bare(request)));
