import type { Clock } from "../base/clock.ts";
import { sleep } from "../base/sleep.ts";

/** How long a source stops on its own account; milliseconds. */
const stopLimitMs = 10_000;

/** How long it then waits for its loops to notice; milliseconds. */
const lastGraceMs = 250;

/**
 * Resolves with `stopped`, or soon after `signal` aborts or the time is up: then `cut` must make the loops end. A journal
 * that hangs cannot be cut; it is not waited for.
 */
export async function stopWithin(
  clock: Clock,
  stopped: Promise<void>,
  signal: AbortSignal,
  cut: () => void,
): Promise<void> {
  const isCut = Promise.withResolvers<void>();
  const onDeadline = () => {
    cut();
    isCut.resolve();
  };
  using _limit = clock.after(stopLimitMs, onDeadline);
  signal.addEventListener("abort", onDeadline, { once: true });
  if (signal.aborted) onDeadline();
  try {
    await Promise.race([stopped, isCut.promise.then(() => sleep(clock, lastGraceMs))]);
  } finally {
    signal.removeEventListener("abort", onDeadline);
  }
}
