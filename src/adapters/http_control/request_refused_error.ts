import { RuntimeError } from "../../app_runtime/base/runtime_error.ts";

/** Why a request never reached an action, and the HTTP status that says so. */
const statusOfRefusal = {
  HTTP_MALFORMED: 400,
  HTTP_BODY_NOT_JSON: 400,
  HTTP_REQUEST_INVALID: 400,
  HTTP_HOST_REFUSED: 403,
  HTTP_ORIGIN_REFUSED: 403,
  HTTP_NOT_FOUND: 404,
  HTTP_METHOD_NOT_ALLOWED: 405,
  HTTP_TOO_SLOW: 408,
  HTTP_BODY_TOO_LARGE: 413,
  HTTP_URL_TOO_LONG: 414,
  HTTP_MEDIA_TYPE: 415,
  HTTP_HEADERS_TOO_LARGE: 431,
  HTTP_TIME_LIMIT: 503,
} as const;

export type RefusalCode = keyof typeof statusOfRefusal;

/** A request that is refused before anything is done; its code says why, its message what to do instead. */
export class RequestRefusedError extends RuntimeError {
  readonly code: RefusalCode;
  override readonly failureClass = "permanent";

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return statusOfRefusal[this.code];
  }
}
