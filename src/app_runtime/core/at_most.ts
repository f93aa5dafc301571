import type { Clock } from "../base/clock.ts";
import { sleep } from "../base/sleep.ts";
import { untilAborted } from "../base/until_aborted.ts";

/**
 * Waits for the work, for `limitMs`, or until `over` aborts, whichever comes first. Leaves no timer behind: it would keep
 * the node process alive after everything has stopped.
 */
export async function atMost(limitMs: number, work: Promise<unknown>, clock: Clock, over: AbortSignal): Promise<void> {
  const settled = new AbortController();
  const limit = sleep(clock, limitMs, AbortSignal.any([over, settled.signal]));
  await Promise.race([work, limit]).finally(() => settled.abort());
}

/** Once the time is over, what is under way gets one more short moment, not the time it would like. */
export async function shortlyAfter(over: AbortSignal, work: Promise<unknown>, clock: Clock): Promise<void> {
  const settled = new AbortController();
  const tooLate = untilAborted(AbortSignal.any([over, settled.signal])).then(() =>
    sleep(clock, lastMomentMs, settled.signal),
  );
  await Promise.race([work, tooLate]).finally(() => settled.abort());
}

const lastMomentMs = 100;
