import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../app_runtime/base/clock.ts";

/** What may still come of a request that was answered before its end: senders read the answer only behind their body. */
const mostBytes = 2_000_000;
const limitMs = 2_000;

/** Reads and drops the rest of a request, so that its answer arrives; who sends on and on is cut off. */
export function discardRest(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  if (request.complete || request.destroyed) return;
  let bytes = 0;
  const cut = () => void request.destroy();
  const timer = clock.after(limitMs, cut);
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > mostBytes) cut();
  });
  request.once("close", () => timer[Symbol.dispose]());
  response.once("close", () => timer[Symbol.dispose]());
}
