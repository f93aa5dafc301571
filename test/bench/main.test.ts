import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { makeTempDir } from "../support/make_temp_dir.ts";

const run = promisify(execFile);

test("every benchmark runs and tells its figures in one line of JSON", { timeout: 600_000 }, async () => {
  // A hundred processes load the same files: what one of them has compiled, the others take from here.
  const compiled = makeTempDir();
  onTestFinished(() => compiled.remove());
  const { stdout } = await run(process.execPath, ["bench/main.ts", "--quick", "--json"], {
    env: { ...process.env, NODE_COMPILE_CACHE: compiled.path },
    timeout: 590_000,
  });

  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly bench: string });
  expect(lines.map(({ bench }) => bench).sort()).toEqual([...(await listedBenchmarks())].sort());
});

test("a benchmark that does not exist is named, with those that do", async () => {
  await expect(run(process.execPath, ["bench/main.ts", "memory_que"])).rejects.toThrow(
    "No benchmark named memory_que. There are: memory_queue,",
  );
});

/** Those of which the page says what they ask. */
async function listedBenchmarks(): Promise<readonly string[]> {
  const page = await readFile("docs/benchmarks.md", "utf8");
  return [...page.matchAll(/^\| `([a-z_]+)` +\|/gm)].map(([, name = ""]) => name);
}
