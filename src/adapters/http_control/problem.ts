import { STATUS_CODES } from "node:http";
import { messageOf, RuntimeError } from "../../app_runtime/base/runtime_error.ts";
import { RequestRefusedError } from "./request_refused_error.ts";

/** An error as HTTP tells it, RFC 9457. The machine-readable part is `code`, so `type` stays about:blank. */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** One sentence each, when there are several. */
  readonly problems?: readonly string[];
}

export const problemMediaType = "application/problem+json";

const statusOfCode: Readonly<Record<string, number>> = {
  CONTROL_UNIT_UNKNOWN: 404,
  DEAD_LETTER_UNKNOWN: 404,
  CONTROL_REFUSED: 409,
  LEASE_FENCED: 409,
  QUEUE_CLOSED: 503,
};

export function problem(status: number, code: string, detail: string): Problem {
  return { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, code };
}

/** Words for anything thrown while a request was answered. What we did not expect is not shown: it may hold anything. */
export function problemOf(thrown: unknown): Problem {
  const refused = refusalOf(thrown);
  if (refused !== undefined) return problem(refused.status, refused.code, refused.message);
  if (thrown instanceof RuntimeError) return problem(statusOfCode[thrown.code] ?? 500, thrown.code, thrown.message);
  return problem(500, "UNEXPECTED", "The runtime failed to answer; its log says why.");
}

/** Whether it is a mistake of ours, which belongs into the log. */
export function isUnexpected(thrown: unknown): boolean {
  return refusalOf(thrown) === undefined && !(thrown instanceof RuntimeError);
}

/** Fastify's and Node's own refusals in our words. */
function refusalOf(thrown: unknown): RequestRefusedError | undefined {
  if (thrown instanceof RequestRefusedError) return thrown;
  switch (Reflect.get(Object(thrown), "code")) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new RequestRefusedError("HTTP_BODY_TOO_LARGE", "The body is too large; no action needs more than 16 kB.");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new RequestRefusedError("HTTP_MEDIA_TYPE", "Send JSON, with Content-Type: application/json.");
    case "FST_ERR_MAX_PARAM_LENGTH":
      return new RequestRefusedError("HTTP_URL_TOO_LONG", "A name in the path is too long.");
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new RequestRefusedError("HTTP_TOO_SLOW", "The request did not arrive in time.");
    case "HPE_HEADER_OVERFLOW":
      return new RequestRefusedError("HTTP_HEADERS_TOO_LARGE", "The headers are too large.");
    default:
      return isClientError(thrown) ? new RequestRefusedError("HTTP_MALFORMED", messageOf(thrown)) : undefined;
  }
}

function isClientError(thrown: unknown): boolean {
  const status: unknown = Reflect.get(Object(thrown), "statusCode");
  return typeof status === "number" && status >= 400 && status < 500;
}
