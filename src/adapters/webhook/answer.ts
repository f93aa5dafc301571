import { type ServerResponse, STATUS_CODES } from "node:http";
import type { TaskId } from "../../app_runtime/contracts/task.ts";
import { DeliveryRefusedError } from "./delivery_refused_error.ts";

/** What a sender is told. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** 202 for a new task, 200 for one that was there before. */
export function acceptedAnswer(taskId: TaskId, duplicate: boolean): Answer {
  const headers = { "content-type": "application/json; charset=utf-8" };
  return { status: duplicate ? 200 : 202, headers, body: JSON.stringify({ taskId, duplicate }) };
}

/** RFC 9457. What was not expected is not shown: it may hold anything. */
export function problemAnswer(thrown: unknown): Answer {
  if (!(thrown instanceof DeliveryRefusedError))
    return problem(500, "UNEXPECTED", "The runtime failed; its log says why.");
  const { status, code, message, retryAfterS } = thrown;
  const answer = problem(status, code, message);
  const more: Record<string, string> = { ...answer.headers };
  if (retryAfterS !== undefined) more["retry-after"] = String(retryAfterS);
  if (status === 401) more["www-authenticate"] = "Webhook-Signature"; // RFC 9110 section 11.6.1 wants one
  if (status === 405) more.allow = "POST";
  return { ...answer, headers: more };
}

/** Sends it; once the listener is closing, the sender should not use the connection again. */
export function send(response: ServerResponse, { status, headers, body }: Answer, isLast: boolean): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, {
    ...headers,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(isLast && { connection: "close" }),
  });
  response.end(body);
}

/** The same for a request that never became one: there is only its socket. */
export function rawAnswer({ status, headers, body }: Answer): string {
  const lines = Object.entries({ ...headers, "content-length": Buffer.byteLength(body), connection: "close" });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`;
}

function problem(status: number, code: string, detail: string): Answer {
  const body = { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail, code };
  return { status, headers: { "content-type": "application/problem+json" }, body: JSON.stringify(body) };
}
