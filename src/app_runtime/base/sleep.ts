import type { Clock } from "./clock.ts";

/** Resolves after `delayMs`, or as soon as `signal` aborts: a wait that was called off is not an error. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      timer[Symbol.dispose]();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = clock.after(delayMs, finish);
    signal?.addEventListener("abort", finish, { once: true });
  });
}
