import type { JsonValue } from "../../app_runtime/contracts/task.ts";
import { DeliveryRefusedError } from "./delivery_refused_error.ts";

/** A task's payload may have 32 levels, and the body stands in the first of them. */
const maxDepth = 30;

/** Refuses what does not call itself JSON in UTF-8, uncompressed. @throws {DeliveryRefusedError} */
export function guardMediaType(contentType: string | undefined, contentEncoding: string | undefined): void {
  const [mediaType = "", ...parameters] = (contentType ?? "").toLowerCase().split(";");
  const isJson = /^application\/([\w.!#$&^-]+\+)?json$/.test(mediaType.trim());
  const charset = parameters.find((parameter) => parameter.trim().startsWith("charset="));
  const isUtf8 = charset === undefined || /^\s*charset="?(utf-8|us-ascii)"?\s*$/.test(charset);
  const isPlain = contentEncoding === undefined || contentEncoding.toLowerCase() === "identity";
  if (isJson && isUtf8 && isPlain) return;
  const message = "Send JSON in UTF-8 and uncompressed, with Content-Type: application/json.";
  throw new DeliveryRefusedError("WEBHOOK_MEDIA_TYPE", message);
}

/** The value that the bytes stand for. @throws {DeliveryRefusedError} */
export function parseJsonBody(bytes: Uint8Array): JsonValue {
  const value = parse(decode(bytes));
  guardShape(value, 1);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalid("The body is not UTF-8.", cause);
  }
}

function parse(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (cause) {
    // The parser's own words quote the body.
    const at = /at position (\d+)/.exec(String(cause))?.[1];
    throw invalid(at === undefined ? "The body is not JSON." : `The body is not JSON: see its character ${at}.`, cause);
  }
}

function guardShape(value: JsonValue | undefined, depth: number): void {
  if (typeof value === "number" && !Number.isFinite(value)) throw invalid("The body holds a number that is too large.");
  if (typeof value !== "object" || value === null) return;
  if (depth > maxDepth) throw invalid(`The body is nested deeper than ${maxDepth} levels.`);
  if (Object.hasOwn(value, "__proto__")) throw invalid('The body has a key "__proto__", which is never meant well.');
  for (const member of Object.values(value)) guardShape(member, depth + 1);
}

function invalid(message: string, cause?: unknown): DeliveryRefusedError {
  return new DeliveryRefusedError("WEBHOOK_BODY_INVALID", message, { cause });
}
