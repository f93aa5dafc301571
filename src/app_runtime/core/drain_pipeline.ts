import type { Clock } from "../base/clock.ts";
import type { EventChannel, RuntimeEvent } from "../contracts/runtime_event.ts";
import { atMost, shortlyAfter } from "./at_most.ts";
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

  pipeline.halt();
  pipeline.workers.stopIntake();
  await shortlyAfter(over, Promise.all([pipeline.sources.quiesce(), pipeline.followUps.quiesce()]), clock);

  const drained = pipeline.workers.drained();
  await atMost(deadlineMs * drainShare - (clock.now() - startedAt), drained, clock, over);
  if (!over.aborted && pipeline.workers.inFlight > 0) {
    pipeline.workers.abortAll();
    await atMost(graceMs, drained, clock, over);
  }
  pipeline.workers.abandonAll();
  await shortlyAfter(over, pipeline.workers.stopped(), clock);
  await shortlyAfter(over, pipeline.sources.stop(pipeline.sources.names, over), clock);
  await shortlyAfter(over, pipeline.followUps.stop(pipeline.queues.keys(), over), clock);
  return counts;
}

function countInto(counts: DrainCounts, events: EventChannel): Disposable {
  return events.subscribe((event) => {
    if (event.kind === "task.requeued") counts.requeued += 1;
    else if (event.kind === "task.abandoned") counts.abandoned += 1;
    else if (hasFinished(event)) counts.drained += 1;
  });
}

/** A delivery that came to its own end, whatever that was. */
function hasFinished({ kind }: RuntimeEvent): boolean {
  return kind === "task.done" || kind === "task.dead_lettered" || kind === "task.retried";
}
