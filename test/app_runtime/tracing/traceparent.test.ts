import { describe, expect, test } from "vitest";
import { formatTraceparent, parseTraceparent } from "../../../src/app_runtime/tracing/traceparent.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

describe("a traceparent", () => {
  test("is read and written back", () => {
    const text = `00-${traceId}-${spanId}-01`;
    expect(parseTraceparent(text)).toEqual({ traceId, spanId, flags: 1 });
    expect(formatTraceparent({ traceId, spanId, flags: 1 })).toBe(text);
  });

  test("of a later version is read as far as we know it", () => {
    expect(parseTraceparent(`cc-${traceId}-${spanId}-03-what-the-future-brings`)).toEqual({
      traceId,
      spanId,
      flags: 1,
    });
  });

  test.each([
    ["is missing", undefined],
    ["is empty", ""],
    ["has the forbidden version", `ff-${traceId}-${spanId}-01`],
    ["has a trace id of zeros", `00-${"0".repeat(32)}-${spanId}-01`],
    ["has a span id of zeros", `00-${traceId}-${"0".repeat(16)}-01`],
    ["is in upper case", `00-${traceId.toUpperCase()}-${spanId}-01`],
    ["is cut", `00-${traceId}-${spanId}`],
    ["has a short trace id", `00-${traceId.slice(1)}-${spanId}-01`],
    ["has other separators", `00_${traceId}_${spanId}_01`],
    ["has more fields than version 00 may have", `00-${traceId}-${spanId}-01-more`],
    ["has blanks around it", ` 00-${traceId}-${spanId}-01 `],
    ["ends in a line break", `00-${traceId}-${spanId}-01\n`],
  ])("that %s is refused", (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});
