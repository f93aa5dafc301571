import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { readLuaTest } from "./lua_test_file.ts";
import { TestLane } from "./test_lane.ts";

const folder = new URL("rows/", import.meta.url).pathname;

/** At each slice: nothing that a program can see depends on when it is stopped. */
const slices = [1, 7, 20_000];

for (const file of readdirSync(folder).filter((name) => name.endsWith(".lua"))) {
  const { name, rows, entries } = readLuaTest(folder + file);
  test.each(slices)(`${name}: ${rows.join("; ")} (slice %i)`, (slice) => {
    const lane = new TestLane({ slice });
    for (const entry of entries) lane.lane.defineEntry(entry);
    const end = lane.finish(lane.lane.spawn("app:main", "app:processes"));
    expect(end.failed ? `${end.error.message}\n${lane.lines.join("\n")}` : "passed").toBe("passed");
  });
}
