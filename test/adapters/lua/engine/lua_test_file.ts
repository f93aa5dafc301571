import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { LaneEntry } from "../../../../src/adapters/lua/engine/lane.ts";

/** A Lua file that tests rows of the process model: its first part is the entry app:main, the others are named by their markers. */
export interface LuaTestFile {
  readonly name: string;
  /** What the file says it proves: `--@ row 1.8 listen`. */
  readonly rows: readonly string[];
  readonly entries: readonly LaneEntry[];
}

/** Reads a file whose parts begin with `--@ entry app:name`. Lines keep their numbers. */
export function readLuaTest(path: string): LuaTestFile {
  const lines = readFileSync(path, "utf8").split("\n");
  const file = basename(path);
  const starts = [{ id: "app:main", line: 0 }];
  for (const [line, text] of lines.entries()) {
    const id = /^--@ entry (\S+)/.exec(text)?.[1];
    if (id !== undefined) starts.push({ id, line });
  }
  const entries = starts.map(({ id, line }, n) => {
    const part = lines.slice(line, starts[n + 1]?.line);
    return { id, file, source: "\n".repeat(line) + part.join("\n") };
  });
  const rows = lines.flatMap((text) => /^--@ row (.+)/.exec(text)?.[1] ?? []);
  return { name: file.replace(".lua", ""), rows, entries };
}
