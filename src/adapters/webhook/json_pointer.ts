import type { JsonValue } from "../../app_runtime/contracts/task.ts";

/** "" or "/a/b~1c", RFC 6901 section 3. */
const shape = /^(\/([^~/]|~[01])*)*$/;

export function isJsonPointer(text: string): boolean {
  return shape.test(text);
}

/** The value at `pointer`, RFC 6901 section 4; undefined when there is none. */
export function valueAt(document: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const token of pointer.split("/").slice(1)) {
    value = memberOf(value, token.replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  return value;
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(key) ? value[Number(key)] : undefined;
  return Object.hasOwn(value, key) ? (value as Readonly<Record<string, JsonValue>>)[key] : undefined;
}
