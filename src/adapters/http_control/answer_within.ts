import type { Clock } from "../../app_runtime/base/clock.ts";
import { TimeLimitError, within } from "../../app_runtime/base/within.ts";
import { RequestRefusedError } from "./request_refused_error.ts";

/**
 * The answer of `work`, or a refusal once `limitMs` have passed; then `signal` aborts. Fastify's own handlerTimeout does
 * not do: it ends when the request's body has been read. @throws {RequestRefusedError}
 */
export async function answerWithin<T>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const giveUp = new AbortController();
  try {
    return await within(clock, limitMs, "The answer", work(giveUp.signal));
  } catch (thrown) {
    if (!(thrown instanceof TimeLimitError)) throw thrown;
    giveUp.abort(thrown);
    throw new RequestRefusedError(
      "HTTP_TIME_LIMIT",
      `${thrown.message} What was begun may still be done; look at the state before you ask again.`,
    );
  }
}
