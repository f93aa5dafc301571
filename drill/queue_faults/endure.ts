import { setTimeout as delay } from "node:timers/promises";
import type { BotProcess } from "../bot_process.ts";
import type { DrillOptions } from "../drill.ts";
import { until } from "../until.ts";
import { patienceMs } from "./queue_fault.ts";
import type { QueueStage } from "./queue_stage.ts";

/** What befalls the place where a queue keeps its tasks, or the way to it. */
export interface Trouble {
  /** Lets it happen. */
  readonly begin: (stage: QueueStage) => void | Promise<void>;
  readonly lastMs: number;
  readonly end: (stage: QueueStage) => void | Promise<void>;
  /** From its end until tasks are done again; milliseconds. */
  readonly resumeLimitMs: number;
  /** Health must say so within this time; absent: it is too short for that. */
  readonly healthFailsWithinMs?: number;
  /** What whoever publishes must be told of it. */
  readonly told?: RegExp;
  /** Each runtime may write so many warnings and errors into its log meanwhile. */
  readonly mostWarnings?: number;
}

/** Tasks arrive and are done before, during and after it; no runtime dies of it. */
export async function endure(stage: QueueStage, { slackMs }: DrillOptions, trouble: Trouble): Promise<void> {
  const feeder = await stage.start("feeder", { feed: { tasks: 100_000, every: "5ms", keys: 10 } });
  const worker = await stage.start("worker", { work: { concurrency: 8 } });
  await stage.ended(200, patienceMs);
  await trouble.begin(stage);
  const beganAt = performance.now();
  const health = failing(worker, trouble.healthFailsWithinMs ?? trouble.lastMs);
  const told = publisherTold(feeder, trouble);
  await delay(trouble.lastMs);
  await trouble.end(stage);
  const endedAt = Date.now();
  const next = await stage.noted("Work after it", patienceMs, ({ what, at }) => what === "effect" && at > endedAt);
  stage.recovery.took(next.at - endedAt);
  const { resumeLimitMs, healthFailsWithinMs } = trouble;
  stage.promise(next.at - endedAt <= resumeLimitMs + slackMs, `Work went on after ${next.at - endedAt} ms`);
  const failedAt = await health;
  stage.figures.healthFailsS = failedAt === undefined ? "-" : Math.round((failedAt - beganAt) / 100) / 10;
  if (healthFailsWithinMs !== undefined) {
    stage.promise(failedAt !== undefined, `Health did not fail within ${healthFailsWithinMs} ms`);
  }
  stage.promise(await told, `The publisher was not told ${trouble.told} within ${trouble.lastMs} ms`);
  const warnings = Math.max(...[feeder, worker].map(warningsOf));
  const { mostWarnings = Number.POSITIVE_INFINITY } = trouble;
  stage.figures.warnings = warnings;
  stage.promise(warnings <= mostWarnings, `A runtime warned ${warnings} times`);
  stage.promise(
    [feeder, worker].every(({ exited }) => exited === undefined),
    "A runtime died of it",
  );
  await atRest(stage);
}

/** No more tasks; what is accepted is done. */
export async function atRest(stage: QueueStage): Promise<void> {
  await stage.stopFeeding();
  await stage.ended(stage.count("accepted"), patienceMs);
}

/** When health was first seen to fail; undefined when it did not within the limit. */
export async function failing(worker: BotProcess, limitMs: number): Promise<number | undefined> {
  const seen = until("A failing /health", limitMs, async () => (await worker.control.health())?.status === "fail");
  return await seen.then(
    () => performance.now(),
    () => undefined,
  );
}

/** How often it warned, or worse. */
export function warningsOf({ log }: BotProcess): number {
  return log.filter(({ level }) => level === "warn" || level === "error").length;
}

async function publisherTold(feeder: BotProcess, { told, lastMs }: Trouble): Promise<boolean> {
  if (told === undefined) return true;
  const seen = until("A publisher that is told", lastMs, async () => {
    const status = await feeder.control.status();
    return status?.sources.some(({ status: { lastError = "" } }) => told.test(lastError));
  });
  return await seen.then(
    () => true,
    () => false,
  );
}
