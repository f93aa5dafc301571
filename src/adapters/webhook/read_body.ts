import type { IncomingMessage } from "node:http";
import type { Clock } from "../../app_runtime/base/clock.ts";
import { formatDuration } from "../../app_runtime/base/duration.ts";
import { formatSize } from "../../app_runtime/base/size.ts";
import { DeliveryRefusedError } from "./delivery_refused_error.ts";

export interface BodyLimits {
  readonly maxBytes: number;
  readonly limitMs: number;
}

/** Refuses what calls itself too large, before anything of it is read. @throws {DeliveryRefusedError} */
export function guardLength(contentLength: string | undefined, maxBytes: number): void {
  if (Number(contentLength ?? 0) > maxBytes) throw tooLarge(maxBytes);
}

/** The raw bytes of a request's body. Beyond the limits nothing more is kept. @throws {DeliveryRefusedError} */
export async function readBody(request: IncomingMessage, clock: Clock, limits: BodyLimits): Promise<Buffer> {
  const { maxBytes, limitMs } = limits;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) reject(tooLarge(maxBytes));
    else chunks.push(chunk);
  };
  const onEnd = () => resolve(Buffer.concat(chunks));
  const onClose = () => reject(new DeliveryRefusedError("WEBHOOK_MALFORMED", "The request ended before its body did."));
  using _timer = clock.after(limitMs, () => reject(tooSlow(limitMs)));
  request.on("data", onData).on("end", onEnd).on("close", onClose);
  try {
    return await promise;
  } finally {
    request.off("data", onData).off("end", onEnd).off("close", onClose);
  }
}

/** The refusal of a body over that many bytes. */
export function tooLarge(maxBytes: number): DeliveryRefusedError {
  const message = `The body is larger than ${formatSize(maxBytes)}. Send less in one delivery, or have maxBodySize raised.`;
  return new DeliveryRefusedError("WEBHOOK_BODY_TOO_LARGE", message);
}

function tooSlow(limitMs: number): DeliveryRefusedError {
  const message = `The body did not arrive within ${formatDuration(limitMs)}. Send it faster, or have requestTimeout raised.`;
  return new DeliveryRefusedError("WEBHOOK_TOO_SLOW", message);
}
