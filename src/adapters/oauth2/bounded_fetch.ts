import type { Clock } from "../../app_runtime/base/clock.ts";
import { TimeLimitError } from "../../app_runtime/base/within.ts";

/** An answer of a provider is a few kilobytes; milliseconds and bytes. */
export const answerLimits = { ms: 15_000, bytes: 256 * 1024 };

/** A fetch that ends: the whole answer is there in time and no larger than it may be, or it rejects. */
export function boundedFetch(clock: Clock): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const limit = new AbortController();
    const giveUp = () => limit.abort(new TimeLimitError(`The answer of ${new URL(url).host}`, answerLimits.ms));
    using _timer = clock.after(answerLimits.ms, giveUp);
    const signals = [limit.signal, ...(init.signal ? [init.signal] : [])];
    // No kept connections: requests are an hour apart.
    const headers = { ...init.headers, connection: "close" };
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.any(signals) });
    const body = await readBounded(response);
    return new Response(body.byteLength === 0 ? null : body, { status: response.status, headers: response.headers });
  };
}

async function readBounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the rest.
    if (bytes > answerLimits.bytes) throw new Error(`its answer has more than ${answerLimits.bytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
