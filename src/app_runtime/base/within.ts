import type { Clock } from "./clock.ts";
import { RuntimeError } from "./runtime_error.ts";

/** Something did not answer within its time limit. */
export class TimeLimitError extends RuntimeError {
  readonly code = "TIME_LIMIT";

  constructor(what: string, limitMs: number) {
    super(`${what} did not finish within ${limitMs} ms.`);
  }
}

/**
 * The result of `work`, or a rejection once `limitMs` have passed. The work itself is not stopped: whoever started it must
 * be able to stop it. @throws {TimeLimitError}
 */
export async function within<T>(clock: Clock, limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>();
  using _timer = clock.after(limitMs, () => limit.reject(new TimeLimitError(what, limitMs)));
  return await Promise.race([work, limit.promise]);
}
