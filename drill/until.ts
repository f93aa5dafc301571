import { setTimeout as delay } from "node:timers/promises";

const lookMs = 25;

/** What a drill waits for did not happen in time. */
export class DrillTimeoutError extends Error {
  constructor(what: string, limitMs: number) {
    super(`${what} did not happen within ${limitMs / 1000} s.`);
  }
}

/** Looks until `look` answers something, and gives that back. @throws {DrillTimeoutError} */
export async function until<T>(
  what: string,
  limitMs: number,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new DrillTimeoutError(what, limitMs);
    await delay(lookMs);
  }
}
