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
  const deadline = new AbortController();
  using _deadline = clock.after(deadlineMs, () => deadline.abort());
  const over = AbortSignal.any([hurry, deadline.signal]);

  pipeline.workers.stopIntake();
  await shortlyAfter(over, pipeline.sources.quiesce(), clock);

  const drained = pipeline.workers.drained();
  await atMost(deadlineMs * drainShare - (clock.now() - startedAt), drained, clock, over);
  if (!over.aborted && pipeline.workers.inFlight > 0) {
    pipeline.workers.abortAll();
    await atMost(graceMs, drained, clock, over);
  }
  pipeline.workers.abandonAll();
  await shortlyAfter(over, pipeline.workers.stopped(), clock);
  await shortlyAfter(over, pipeline.sources.stop(pipeline.sources.names, over), clock);
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
async function atMost(limitMs: number, work: Promise<unknown>, clock: Clock, over: AbortSignal): Promise<void> {
  const settled = new AbortController();
  const limit = sleep(clock, limitMs, AbortSignal.any([over, settled.signal]));
  await Promise.race([work, limit]).finally(() => settled.abort());
}

/** Once the time is over, what is under way gets one more short moment, not the time it would like. */
async function shortlyAfter(over: AbortSignal, work: Promise<unknown>, clock: Clock): Promise<void> {
  const settled = new AbortController();
  const tooLate = untilAborted(AbortSignal.any([over, settled.signal])).then(() =>
    sleep(clock, lastMomentMs, settled.signal),
  );
  await Promise.race([work, tooLate]).finally(() => settled.abort());
}

function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

const lastMomentMs = 100;
