import { expect, test } from "vitest";
import { eraseTypes } from "../../../../src/adapters/lua/index.ts";
import { SeededRandom } from "../../../../src/app_runtime/testing/index.ts";
import { compileAll } from "./lua_compiler.ts";
import { RandomProgram } from "./random_program.ts";

const programs = (density: number) =>
  Array.from({ length: 300 }, (_, seed) => ({ seed, program: new RandomProgram(new SeededRandom(seed), density) }));

const erased = (source: string): string => {
  try {
    return eraseTypes(source, { chunkName: "a.lua" });
  } catch (thrown) {
    return String(thrown);
  }
};

for (const density of [0.2, 0.9]) {
  test(`of any program only the annotations disappear, density ${density}`, () => {
    const all = programs(density);
    for (const { seed, program } of all) {
      expect(erased(program.source), `seed ${seed}:\n${program.source}`).toBe(program.erased);
    }
    const problems = compileAll(all.map(({ program }) => program.erased));
    expect(problems.map((problem, seed) => ({ seed, problem })).filter(({ problem }) => problem !== "")).toEqual([]);
  });
}

test("any program without annotations comes back as it is", () => {
  const all = programs(0);
  for (const { seed, program } of all) {
    expect(program.erased).toBe(program.source);
    expect(erased(program.source), `seed ${seed}:\n${program.source}`).toBe(program.source);
  }
  expect(compileAll(all.map(({ program }) => program.source)).filter((problem) => problem !== "")).toEqual([]);
});
