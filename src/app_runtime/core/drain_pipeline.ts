import type { Clock } from "../base/clock.ts";
import { sleep } from "../base/sleep.ts";
import type { EventChannel } from "../contracts/runtime_event.ts";
import type { Pipeline } from "./pipeline.ts";

/** The share of the shutdown deadline during which handlers may still finish. */
const drainShare = 0.8;
/** After the abort, so long until what is left is put back over the handlers' heads. */
const graceMs = 1_000;

export interface DrainCounts {
  drained: number;
  requeued: number;
  abandoned: number;
}

/**
 * Brings the pipeline to rest: sources take in nothing more, no new deliveries, handlers finish; then their signals abort,
 * and what is left is requeued without burning an attempt. `hurry` skips straight to the requeue.
 */
export async function drainPipeline(parts: {
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly events: EventChannel;
  readonly deadlineMs: number;
  readonly hurry: AbortSignal;
}): Promise<DrainCounts> {
  const { pipeline, clock, hurry, deadlineMs } = parts;
  const startedAt = clock.now();
  const counts: DrainCounts = { drained: 0, requeued: 0, abandoned: 0 };
  using _reader = countInto(counts, parts.events);

  pipeline.workers.stopIntake();
  await untilHurry(pipeline.sources.quiesce(), hurry);

  const drained = pipeline.workers.drained();
  await atMost(deadlineMs * drainShare - (clock.now() - startedAt), drained, parts);
  if (!hurry.aborted && pipeline.workers.inFlight > 0) {
    pipeline.workers.abortAll();
    await atMost(graceMs, drained, parts);
  }
  pipeline.workers.abandonAll();
  await untilHurry(pipeline.workers.stopped(), hurry);

  const leftMs = Math.max(0, startedAt + deadlineMs - clock.now());
  const limit = new AbortController();
  using _timer = clock.after(leftMs, () => limit.abort());
  const stopped = pipeline.sources.stop(pipeline.sources.names, AbortSignal.any([limit.signal, hurry]));
  await untilHurry(stopped, hurry);
  return counts;
}

function countInto(counts: DrainCounts, events: EventChannel): Disposable {
  return events.subscribe((event) => {
    if (event.kind === "task.requeued") counts.requeued += 1;
    else if (event.kind === "task.abandoned") counts.abandoned += 1;
    else if (event.kind === "task.done" || event.kind === "task.dead_lettered") counts.drained += 1;
  });
}

/** Leaves no timer behind: it would keep the node process alive after everything has stopped. */
async function atMost(
  limitMs: number,
  work: Promise<unknown>,
  { clock, hurry }: { readonly clock: Clock; readonly hurry: AbortSignal },
): Promise<void> {
  const settled = new AbortController();
  const limit = sleep(clock, limitMs, AbortSignal.any([hurry, settled.signal]));
  await Promise.race([work, limit]).finally(() => settled.abort());
}

/** In a hurry, what is under way gets one more short moment, not the time it would like. */
async function untilHurry(work: Promise<unknown>, hurry: AbortSignal): Promise<void> {
  const hurried = Promise.withResolvers<void>();
  const leave = () => setTimeout(hurried.resolve, hurryMs);
  if (hurry.aborted) leave();
  else hurry.addEventListener("abort", leave, { once: true });
  await Promise.race([work, hurried.promise]);
  hurry.removeEventListener("abort", leave);
}

const hurryMs = 100;
