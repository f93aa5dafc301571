import { setTimeout as pause } from "node:timers/promises";
import { sampleTask } from "../src/app_runtime/testing/index.ts";
import { openPipeline } from "./pipeline.ts";
import { openQueue, type QueuePlace } from "./queue_of_kind.ts";
import { answerParent } from "./run_apart.ts";

export interface FairnessRequest {
  readonly tasks: number;
  readonly groups: number;
  /** One task in so many is of a small group, the others are all of the large one. */
  readonly smallEvery: number;
  readonly groupLimit: number;
  readonly concurrency: number;
  readonly handleMs: number;
}

export interface FairnessFigures {
  /** From the start of the workers to the handler, for each task of each small group. */
  readonly waitsMs: readonly (readonly number[])[];
  readonly mostOfLargeAtOnce: number;
}

const payload = { text: "x".repeat(80) };

/** All tasks are there when the workers begin; it ends when those of the small groups have begun. */
async function waits(request: FairnessRequest & QueuePlace): Promise<FairnessFigures> {
  const { tasks, groups, smallEvery, groupLimit, concurrency, handleMs } = request;
  const groupOf = (n: number) => (n % smallEvery === 0 ? 1 + ((n / smallEvery) % (groups - 1)) : 0);
  const opened = await openQueue(request, groupLimit);
  const publish = (n: number) => opened.queue.publish(sampleTask(`task-${n}`, { payload, group: String(groupOf(n)) }));
  await Promise.all(Array.from({ length: tasks }, (_, n) => publish(n)));
  const waitsMs: number[][] = Array.from({ length: groups - 1 }, () => []);
  const all = Promise.withResolvers<void>();
  let left = Math.ceil(tasks / smallEvery);
  let [large, mostOfLargeAtOnce] = [0, 0];
  const startedAt = performance.now();
  const pipeline = openPipeline(opened, concurrency, async ({ group }) => {
    const small = waitsMs[Number(group) - 1];
    if (small === undefined) mostOfLargeAtOnce = Math.max(mostOfLargeAtOnce, ++large);
    else {
      small.push(performance.now() - startedAt);
      left -= 1;
      if (left === 0) all.resolve();
    }
    await pause(handleMs);
    if (small === undefined) large -= 1;
    return { kind: "done" };
  });
  await all.promise;
  await pipeline.close();
  return { waitsMs, mostOfLargeAtOnce };
}

await answerParent(waits);
