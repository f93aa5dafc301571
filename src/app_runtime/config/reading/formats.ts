import { isIPv6 } from "node:net";

import { assertNever } from "../../base/assert_never.ts";
import { formatDuration, parseDuration } from "../../base/duration.ts";
import { formatSize, parseSize } from "../../base/size.ts";
import type { LeafKey, NumberKey, QuantityKey, TextFormat } from "../../contracts/config_schema.ts";

/** What a value looks like where it is shown: "30s" rather than 30000. */
export type ShownValue = string | number | boolean | readonly string[];

interface TextRule {
  readonly expected: string;
  accepts(text: string): boolean;
}

const hostLabel = /^(?!-)[A-Za-z0-9_-]{1,63}(?<!-)$/;

const textRules: Readonly<Record<TextFormat, TextRule>> = {
  string: { expected: "a text", accepts: () => true },
  nonempty: { expected: "a text that is not empty", accepts: (text) => text.trim() !== "" },
  secret: { expected: "a secret that is not empty", accepts: (text) => text !== "" },
  hostname: { expected: "a host name without scheme or port", accepts: isHostname },
  email: { expected: "an e-mail address", accepts: (text) => /^[^\s@<>",;]+@[^\s@<>",;]+$/.test(text) },
  url: {
    expected: "a URL with its scheme",
    accepts: (text) => /^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text),
  },
  path: { expected: "a path", accepts: (text) => text.trim() !== "" && !text.includes("\0") },
};

function isHostname(text: string): boolean {
  if (text.includes(":")) return isIPv6(text);
  return text.length <= 253 && text.split(".").every((label) => hostLabel.test(label));
}

/** Whether the value, coerced, is what the key wants. */
export function fits(key: LeafKey, value: unknown): boolean {
  if (isEnum(key.format)) return key.format.includes(value as string);
  switch (key.format) {
    case "boolean":
      return typeof value === "boolean";
    case "list":
      return Array.isArray(value) && value.every((item) => fitsElement(key.of, item));
    case "duration":
    case "size":
      return typeof value === "number" && within(value, quantityBounds(key as QuantityKey));
    case "int":
    case "count":
    case "port":
      return Number.isSafeInteger(value) && within(value as number, numberBounds(key as NumberKey));
    case "number":
    case "ratio":
      return Number.isFinite(value) && within(value as number, numberBounds(key as NumberKey));
    default:
      return typeof value === "string" && textRules[key.format].accepts(value);
  }
}

/** Whether one element of a list is what the list wants. */
export function fitsElement(of: TextFormat | readonly string[] | undefined, item: unknown): boolean {
  return typeof item === "string" && (isEnum(of) ? of.includes(item) : textRules[of ?? "string"].accepts(item));
}

/**
 * Whether a file may write the value so at all: a bare number is no duration, and 0042 is not the text it looks like.
 * Texts may stand anywhere, since a reference or an environment variable is always text.
 */
export function mayBeWrittenAs(key: LeafKey, written: unknown): boolean {
  if (typeof written === "string") return true;
  if (isEnum(key.format)) return false;
  switch (key.format) {
    case "boolean":
      return typeof written === "boolean";
    case "list":
      return Array.isArray(written);
    case "int":
    case "count":
    case "port":
    case "number":
    case "ratio":
      return typeof written === "number";
    default:
      return false;
  }
}

/** The value a text stands for. A text that cannot be read comes back as it is, for `fits` to refuse. */
export function coerceText(formatName: FormatName, text: string): unknown {
  switch (formatName) {
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "list":
      return text.trim() === "" ? [] : text.split(",").map((item) => item.trim());
    case "duration":
      return parseDuration(text) ?? text;
    case "size":
      return parseSize(text) ?? text;
    case "int":
    case "count":
    case "port":
    case "number":
    case "ratio":
      return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    default:
      return text;
  }
}

/** "a port number from 1 to 65535", "one of idle, poll". */
export function expectation(key: LeafKey): string {
  if (isEnum(key.format)) return `one of ${key.format.join(", ")}`;
  switch (key.format) {
    case "boolean":
      return "true or false";
    case "list":
      return isEnum(key.of)
        ? `a list of ${key.of.join(", ")}`
        : `a list, each ${textRules[key.of ?? "string"].expected}`;
    case "duration":
      return `a duration with its unit, such as "30s", "5m" or "250ms"${quantityRange(key as QuantityKey)}`;
    case "size":
      return `a size with its unit, such as "64kB" or "25MB"${quantityRange(key as QuantityKey)}`;
    case "int":
    case "count":
      return `a whole number${numberRange(key as NumberKey)}`;
    case "port":
      return `a port number${numberRange(key as NumberKey)}`;
    case "number":
    case "ratio":
      return `a number${numberRange(key as NumberKey)}`;
    default:
      return textRules[key.format].expected;
  }
}

/** What one element of a list must be. */
export function elementExpectation(of: TextFormat | readonly string[] | undefined): string {
  return isEnum(of) ? `one of ${of.join(", ")}` : textRules[of ?? "string"].expected;
}

/** The parsed value as a person would write it. Not for secrets. */
export function showValue(key: LeafKey, value: unknown): ShownValue {
  if (typeof value === "number" && key.format === "duration") return formatDuration(value);
  if (typeof value === "number" && key.format === "size") return formatSize(value);
  return value as ShownValue;
}

export type FormatName = Exclude<LeafKey["format"], readonly string[]> | "enum";

export function formatNameOf(key: LeafKey): FormatName {
  return isEnum(key.format) ? "enum" : key.format;
}

export const formatNames: readonly FormatName[] = [
  ...(Object.keys(textRules) as TextFormat[]),
  ...(["int", "count", "number", "ratio", "port", "duration", "size", "boolean", "list", "enum"] as const),
];

export function isEnum(format: unknown): format is readonly string[] {
  return Array.isArray(format);
}

export function isSecretKey(key: LeafKey): boolean {
  return key.sensitive === true || key.format === "secret" || (key.format === "list" && key.of === "secret");
}

interface Bounds {
  readonly min: number;
  readonly max: number;
}

function within(value: number, bounds: Bounds): boolean {
  return value >= bounds.min && value <= bounds.max;
}

/** What the format allows by itself, narrowed by the key. */
export function numberBounds(key: NumberKey): Bounds {
  const natural = naturalBounds(key.format);
  return { min: key.min ?? natural.min, max: key.max ?? natural.max };
}

function naturalBounds(format: NumberKey["format"]): Bounds {
  switch (format) {
    case "int":
    case "number":
      return { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
    case "count":
      return { min: 0, max: Number.POSITIVE_INFINITY };
    case "ratio":
      return { min: 0, max: 1 };
    case "port":
      return { min: 0, max: 65_535 };
    default:
      return assertNever(format);
  }
}

function quantityBounds(key: QuantityKey): Bounds {
  const parse = key.format === "duration" ? parseDuration : parseSize;
  return {
    min: key.min === undefined ? 0 : (parse(key.min) ?? 0),
    max: key.max === undefined ? Number.POSITIVE_INFINITY : (parse(key.max) ?? Number.POSITIVE_INFINITY),
  };
}

function numberRange(key: NumberKey): string {
  const { min, max } = numberBounds(key);
  return range(Number.isFinite(min) ? String(min) : undefined, Number.isFinite(max) ? String(max) : undefined);
}

function quantityRange(key: QuantityKey): string {
  return range(key.min, key.max);
}

function range(min: string | undefined, max: string | undefined): string {
  return `${min === undefined ? "" : ` from ${min}`}${max === undefined ? "" : ` to ${max}`}`;
}
