import type { TaskDraft } from "../contracts/task.ts";
import { TaskInvalidError } from "../contracts/task_errors.ts";

/** The inline limit of a payload, as JSON: a megabyte and what wraps it. What is larger belongs into the BlobStore. */
export const maxPayloadBytes = 1_048_576;

/** No JSON is shorter by more than this than what `weigh` says of it: a list of digits. */
const mostOverweight = 5;

const maxIdLength = 512;
const maxDepth = 32;

/** Texts up to this length are not worth counting their bytes. */
const shortText = 100;

/** Refuses what a queue could not carry. @throws {TaskInvalidError} naming the field and the cure. */
export function checkDraft(draft: TaskDraft): void {
  if (draft.id.length === 0 || draft.id.length > maxIdLength) {
    throw new TaskInvalidError(`A task's id must have 1 to ${maxIdLength} characters, got ${draft.id.length}.`);
  }
  if (draft.kind.length === 0) throw new TaskInvalidError(`Task ${draft.id} has no kind.`);
  const priority = draft.priority ?? 0;
  if (!Number.isInteger(priority) || Math.abs(priority) > 100) {
    throw new TaskInvalidError(`Task ${draft.id}: priority must be a whole number from -100 to 100, got ${priority}.`);
  }
  if (draft.notBefore !== undefined && !Number.isFinite(draft.notBefore)) {
    throw new TaskInvalidError(
      `Task ${draft.id}: notBefore must be milliseconds since 1970 UTC, got ${draft.notBefore}. Leave it out for at once.`,
    );
  }
  if (isTooLarge(draft)) {
    throw new TaskInvalidError(
      `Task ${draft.id}: its payload is over ${maxPayloadBytes} bytes. Put it into the BlobStore and carry its reference.`,
    );
  }
}

/** Only what may be too large is written as JSON to be measured. @throws {TaskInvalidError} when it is none. */
function isTooLarge({ id, payload }: TaskDraft): boolean {
  const budget = maxPayloadBytes * mostOverweight;
  const left = weigh(payload, budget, 0, id);
  if (left < 0) return true;
  return budget - left > maxPayloadBytes && Buffer.byteLength(JSON.stringify(payload)) > maxPayloadBytes;
}

/**
 * Walks a payload, subtracting what it would take as JSON, and stops as soon as the budget is spent; cheaper than writing
 * the JSON of every task only to measure it.
 */
function weigh(value: unknown, budget: number, depth: number, id: string): number {
  if (budget < 0) return budget;
  switch (typeof value) {
    case "string":
      return budget - (value.length > shortText ? Buffer.byteLength(value) : value.length) - 2;
    case "number":
      if (!Number.isFinite(value)) throw notJson(id, String(value));
      return budget - 8;
    case "boolean":
    case "undefined":
      return budget - 5;
    case "object":
      if (value === null) return budget - 4;
      if (depth === maxDepth) throw notJson(id, `more than ${maxDepth} levels, or a circle`);
      return Array.isArray(value) ? weighList(value, budget, depth, id) : weighObject(value, budget, depth, id);
    default:
      throw notJson(id, `a ${typeof value}`);
  }
}

function weighList(list: readonly unknown[], budget: number, depth: number, id: string): number {
  let left = budget - 2;
  for (const item of list) {
    left = weigh(item, left - 1, depth + 1, id);
    if (left < 0) break;
  }
  return left;
}

function weighObject(object: object, budget: number, depth: number, id: string): number {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw notJson(id, `an object of class ${object.constructor.name}`);
  }
  let left = budget - 2;
  for (const key in object) {
    left = weigh((object as Record<string, unknown>)[key], left - key.length - 4, depth + 1, id);
    if (left < 0) break;
  }
  return left;
}

function notJson(id: string, found: string): TaskInvalidError {
  return new TaskInvalidError(`Task ${id}: its payload must be plain JSON, but holds ${found}.`);
}
