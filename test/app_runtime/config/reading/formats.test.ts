import { expect, test } from "vitest";

import { coerceText, fits, formatNameOf, numberBounds } from "../../../../src/app_runtime/config/reading/formats.ts";
import type { LeafKey } from "../../../../src/app_runtime/contracts/config_schema.ts";

/** Whether a text, as an environment variable would bring it, is what the key wants. */
function accepts(key: Partial<LeafKey> & Pick<LeafKey, "format">, text: string): boolean {
  const whole = { doc: "", default: null, ...key } as LeafKey;
  return fits(whole, coerceText(formatNameOf(whole), text));
}

const cases: [LeafKey["format"], good: string[], bad: string[]][] = [
  [
    "hostname",
    ["a", "mail.example.com", "10.0.0.1", "::1", "my_host"],
    ["", "a b", "http://x", "x:80", "-a", "a..b", "x".repeat(254)],
  ],
  ["email", ["a@b.c", "ops+x@example.com"], ["", "a", "a@", "@b", "a b@c", "A <a@b.c>"]],
  ["url", ["redis://x", "https://a.b/c?d", "mailto:a@b.c"], ["", "x", "//x", "http://"]],
  ["path", ["./x", "/a b/c"], ["", " ", "a\0b"]],
  ["port", ["0", "8080", "65535"], ["", "65536", "-1", "80.5", "0x50", "1e3", "8080 x"]],
  ["int", ["-5", "+5", "0"], ["", "1.5", "9007199254740993"]],
  ["count", ["0", "12"], ["-1", "1.5", "many"]],
  ["ratio", ["0", "0.25", "1"], ["-0.1", "1.1", "10%"]],
  ["number", ["-1.5", "3"], ["", "NaN", "Infinity", "1,5"]],
  ["duration", ["250ms", "30s", "1.5h", "7d"], ["", "30", "30 sec", "-1s", "1h30m"]],
  ["size", ["512B", "64kB", "2GB"], ["", "25", "25 megs", "25MiB"]],
  ["boolean", ["true", "false"], ["", "yes", "1", "TRUE"]],
  ["nonempty", ["x"], ["", "  "]],
  ["secret", ["x", " "], [""]],
  [["poll", "idle"], ["poll"], ["", "Poll", "push"]],
  ["list", ["", "a", "a, b"], []],
];

test.each(cases)("%s", (format, good, bad) => {
  expect(good.filter((text) => !accepts({ format } as LeafKey, text))).toEqual([]);
  expect(bad.filter((text) => accepts({ format } as LeafKey, text))).toEqual([]);
});

test("bounds of the key narrow those of the format", () => {
  expect(numberBounds({ doc: "", format: "port", min: 1024, default: null })).toEqual({ min: 1024, max: 65_535 });
  expect(accepts({ format: "duration", min: "1s", max: "1m" }, "1m")).toBe(true);
  expect(accepts({ format: "duration", min: "1s", max: "1m" }, "999ms")).toBe(false);
  expect(accepts({ format: "size", max: "1MB" }, "1.1MB")).toBe(false);
  expect(accepts({ format: "list", of: "email" }, "a@b.c, d")).toBe(false);
  expect(accepts({ format: "list", of: ["a", "b"] }, "a,b")).toBe(true);
});
