import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** Why a request does not become a task, and the HTTP status that says so. */
const statusOfRefusal = {
  WEBHOOK_MALFORMED: 400,
  WEBHOOK_BODY_INVALID: 400,
  WEBHOOK_DELIVERY_ID: 400,
  WEBHOOK_TIMESTAMP: 400,
  WEBHOOK_SIGNATURE: 401,
  WEBHOOK_HOST_REFUSED: 403,
  WEBHOOK_PATH_UNKNOWN: 404,
  WEBHOOK_METHOD_NOT_ALLOWED: 405,
  WEBHOOK_TOO_SLOW: 408,
  WEBHOOK_DELIVERY_CHANGED: 409,
  WEBHOOK_BODY_TOO_LARGE: 413,
  WEBHOOK_MEDIA_TYPE: 415,
  WEBHOOK_NO_TASK: 422,
  WEBHOOK_RATE_LIMIT: 429,
  WEBHOOK_HEADERS_TOO_LARGE: 431,
  WEBHOOK_UNAVAILABLE: 503,
} as const;

export type RefusalCode = keyof typeof statusOfRefusal;

/** A request that does not become a task; its code says why, its message what to do instead. It repeats nothing of the request. */
export class DeliveryRefusedError extends RuntimeError {
  readonly code: RefusalCode;
  override readonly failureClass = "permanent";
  /** When it may be sent again, in seconds from now; absent when that would not help. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: RefusalCode,
    message: string,
    options: { readonly retryAfterS?: number; readonly cause?: unknown } = {},
  ) {
    const { retryAfterS, ...rest } = options;
    super(message, rest);
    this.code = code;
    this.retryAfterS = retryAfterS;
  }

  get status(): number {
    return statusOfRefusal[this.code];
  }
}

/** It cannot be taken now, and is worth sending again. */
export function unavailable(why: string, retryAfterS: number, cause?: unknown): DeliveryRefusedError {
  const message = `${why} Send it again in ${retryAfterS} s; it will not become a second task.`;
  return new DeliveryRefusedError("WEBHOOK_UNAVAILABLE", message, { retryAfterS, cause });
}
