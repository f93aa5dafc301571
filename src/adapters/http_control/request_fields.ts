import type { DeadLetterReason } from "../../app_runtime/contracts/dead_letter.ts";
import type { BulkSelection, DeadLetterFilter } from "../../app_runtime/control/api.ts";
import { RequestRefusedError } from "./request_refused_error.ts";

const reasons: readonly DeadLetterReason[] = ["exhausted", "rejected", "crash-looping"];
const defaultPage = 50;
const maxPage = 500;
const maxOffset = 1_000_000;
const defaultBulk = 100;
const maxBulk = 1_000;

/** `?offset=0&limit=50`. @throws {RequestRefusedError} */
export function readPage(query: unknown): { readonly offset: number; readonly limit: number } {
  const { offset, limit } = fieldsOf(query, ["offset", "limit"], "the query");
  return {
    offset: wholeNumber("offset", numberIn(offset) ?? 0, 0, maxOffset),
    limit: wholeNumber("limit", numberIn(limit) ?? defaultPage, 1, maxPage),
  };
}

/** `{"filter": {"reason": "exhausted"}, "limit": 100}`; an empty filter, which means all, must be said. @throws {RequestRefusedError} */
export function readSelection(body: unknown): BulkSelection {
  const { filter, limit } = fieldsOf(body, ["filter", "limit"], "the body");
  if (filter === undefined) {
    throw invalid(
      'The body must say which letters are meant: {"filter": {"reason": "exhausted"}}, or {"filter": {}} for all.',
    );
  }
  return { filter: readFilter(filter), limit: wholeNumber("limit", limit ?? defaultBulk, 1, maxBulk) };
}

/** For actions that need nothing but their path. @throws {RequestRefusedError} */
export function readNothing(body: unknown): void {
  fieldsOf(body, [], "the body");
}

function readFilter(value: unknown): DeadLetterFilter {
  const known = ["reason", "source", "kind", "diedBefore", "diedAfter"];
  const { reason, source, kind, diedBefore, diedAfter } = fieldsOf(value, known, "filter");
  return {
    ...(reason !== undefined && { reason: readReason(reason) }),
    ...(source !== undefined && { source: text("filter.source", source) }),
    ...(kind !== undefined && { kind: text("filter.kind", kind) }),
    ...(diedBefore !== undefined && { diedBefore: instant("filter.diedBefore", diedBefore) }),
    ...(diedAfter !== undefined && { diedAfter: instant("filter.diedAfter", diedAfter) }),
  };
}

function readReason(value: unknown): DeadLetterReason {
  const reason = reasons.find((known) => known === value);
  if (reason === undefined) throw invalid(`filter.reason must be one of ${reasons.join(", ")}, got ${shown(value)}.`);
  return reason;
}

function fieldsOf(value: unknown, known: readonly string[], where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(`Expected an object as ${where}, got ${shown(value)}.`);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    const hint = known.length === 0 ? "It takes none." : `Known: ${known.join(", ")}.`;
    throw invalid(`There is no "${unknown}" in ${where}. ${hint}`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function numberIn(value: unknown): unknown {
  return typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

function wholeNumber(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw invalid(`${name} must be a whole number from ${min} to ${max}, got ${shown(value)}.`);
  }
  return value;
}

function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw invalid(`${name} must be a text, got ${shown(value)}.`);
  return value;
}

function instant(name: string, value: unknown): number {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw invalid(`${name} must be a time such as "2026-01-31T08:00:00Z", got ${shown(value)}.`);
  return at;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 80);
}

function invalid(message: string): RequestRefusedError {
  return new RequestRefusedError("HTTP_REQUEST_INVALID", message);
}
