import { setTimeout as pause } from "node:timers/promises";
import { openMemoryPipeline } from "./memory_pipeline.ts";
import { answerParent } from "./run_apart.ts";

export interface LatencyRequest {
  readonly tasks: number;
}

export interface LatencyFigures {
  /** From the call of publish to the first line of the handler, one entry per task. */
  readonly ms: readonly number[];
}

const warmUpTasks = 200;
const betweenMs = 1;

/** One task at a time into an idle pipeline: nothing is waited for but the pipeline itself. */
await answerParent(async ({ tasks }: LatencyRequest): Promise<LatencyFigures> => {
  const ms: number[] = [];
  let publishedAt = 0;
  const pipeline = openMemoryPipeline(1, async () => {
    ms.push(performance.now() - publishedAt);
    return { kind: "done" };
  });
  for (let n = 0; n < warmUpTasks + tasks; n += 1) {
    await pause(betweenMs);
    publishedAt = performance.now();
    await pipeline.publish(`task-${n}`, { n });
    while (pipeline.acked <= n) await pause(0);
  }
  await pipeline.close();
  return { ms: ms.slice(warmUpTasks) };
});
