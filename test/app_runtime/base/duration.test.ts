import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../../src/app_runtime/base/duration.ts";

test.each([
  ["0s", 0],
  ["250ms", 250],
  ["30s", 30_000],
  ["5m", 300_000],
  ["1.5h", 5_400_000],
  ["7d", 604_800_000],
  [" 2 s ", 2_000],
  ["0.5ms", 1],
])("%s", (text, ms) => expect(parseDuration(text)).toBe(ms));

test.each(["", "30", "s", "-1s", "1e3s", "1h30m", "30 seconds", "1,5h", "Infinitys", "99999999999999s"])(
  "%j is no duration",
  (text) => expect(parseDuration(text)).toBeUndefined(),
);

test("a duration is written as short as it can be read back", () => {
  const written = [0, 1, 999, 1_000, 90_000, 120_000, 3_600_000, 86_400_000, 172_800_000].map(formatDuration);
  expect(written).toEqual(["0s", "1ms", "999ms", "1s", "90s", "2m", "1h", "1d", "2d"]);
  expect(written.map(parseDuration)).toEqual([0, 1, 999, 1_000, 90_000, 120_000, 3_600_000, 86_400_000, 172_800_000]);
});
