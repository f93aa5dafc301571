import { expect, test } from "vitest";
import { formatSize, parseSize } from "../../../src/app_runtime/base/size.ts";

test.each([
  ["0B", 0],
  ["512B", 512],
  ["64kB", 64_000],
  ["64KB", 64_000],
  ["25MB", 25_000_000],
  ["1.5GB", 1_500_000_000],
])("%s", (text, bytes) => expect(parseSize(text)).toBe(bytes));

test.each(["", "25", "MB", "-1MB", "25 megabytes", "25mb", "1e3B"])("%j is no size", (text) =>
  expect(parseSize(text)).toBeUndefined(),
);

test("a size is written in the largest unit that leaves it exact", () => {
  expect([0, 999, 1_000, 1_500, 25_000_000, 2_000_000_000].map(formatSize)).toEqual([
    "0B",
    "999B",
    "1kB",
    "1500B",
    "25MB",
    "2GB",
  ]);
});
