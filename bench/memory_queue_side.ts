import { setImmediate as nextTurn } from "node:timers/promises";
import fastq from "fastq";
import { OtelSdk } from "../src/adapters/otel/otel_sdk.ts";
import { openMemoryPipeline } from "./memory_pipeline.ts";
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
const warmUpTasks = 20_000;

/** Publishes one after the other into a queue bounded at 1,000 and waits until the last task is settled. */
async function ours(tasks: number): Promise<void> {
  const pipeline = openMemoryPipeline(concurrency, async () => ({ kind: "done" }));
  for (let n = 0; n < tasks; n += 1) await pipeline.publish(`task-${n}`, { n });
  while (pipeline.acked < tasks) await nextTurn();
  await pipeline.close();
}

async function theirs(tasks: number): Promise<void> {
  const queue = fastq.promise(async () => undefined, concurrency);
  for (let n = 0; n < tasks; n += 1) void queue.push(n);
  await queue.drained();
}

/** As an application that turns tracing on: every span is recorded, the latest hundred are kept. */
function recordSpans(): void {
  new OtelSdk({ exporter: "memory", serviceName: "bench", sampleRatio: 1, memorySpans: 100 }).register();
}

await answerParent(async ({ side, tasks }: SideRequest): Promise<SideFigures> => {
  if (side === "ours with spans") recordSpans();
  const work = side === "fastq" ? theirs : ours;
  await work(warmUpTasks);
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await work(tasks);
  const cpu = process.cpuUsage(cpuBefore);
  return { wallMs: performance.now() - startedAt, cpuUsPerTask: (cpu.user + cpu.system) / tasks };
});
