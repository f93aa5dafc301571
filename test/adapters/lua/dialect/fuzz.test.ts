import { expect, test } from "vitest";
import { eraseTypes } from "../../../../src/adapters/lua/index.ts";
import { RuntimeError } from "../../../../src/app_runtime/base/runtime_error.ts";
import { SeededRandom } from "../../../../src/app_runtime/testing/index.ts";
import { compileAll } from "./lua_compiler.ts";
import { RandomProgram } from "./random_program.ts";

const plainTokens = (
  "and break do else elseif end false for function goto if in local nil not or repeat return then true until while " +
  "x y f as is type export interface readonly keyof typeof asserts extends fun const close 1 0x 3.. 'a' \"b\" [[c]] " +
  "+ - * / % ^ # & ~ | << >> // == ~= <= >= < > = ( ) { } [ ] :: ; : , . .. ... \n"
).split(" ");
const dialectTokens = "? ! @ @min(1) -> :T ::T as:T <const> <T> {T} {[K]:V}".split(" ");
const brokenTokens = ["'", '"', "[[", "[==[", "--[[", "--", "\\", "$", "é", "\u0000", "\r", "]]", "0x1p", "\u{1F600}"];

/** What came out: source, or an error of ours. Anything else that is thrown fails the test. */
function outcome(source: string): string | RuntimeError {
  try {
    return eraseTypes(source, { chunkName: "a.lua" });
  } catch (thrown) {
    if (thrown instanceof RuntimeError) return thrown;
    throw new Error(`on ${JSON.stringify(source)}`, { cause: thrown });
  }
}

function lines(text: string): readonly number[] {
  return text.split(/[\r\n]/).map(({ length }) => length);
}

function randomTokens(random: SeededRandom, from: readonly string[]): string {
  return Array.from({ length: random.below(60) }, () => random.pick(from) ?? "").join(random.chance(0.8) ? " " : "");
}

/** A program with some of its tokens lost, doubled, swapped or replaced. */
function mutated(random: SeededRandom, source: string, from: readonly string[]): string {
  const tokens = source.split(/(?<= )/);
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(tokens.length);
    const replacement = [
      [],
      [tokens[at], tokens[at]],
      [`${random.pick(from)} `],
      [tokens[at], `${random.pick(from)} `],
    ];
    tokens.splice(at, 1, ...(random.pick(replacement) ?? []).filter((token) => token !== undefined));
  }
  return tokens.join("");
}

/** The one thing that is read otherwise: `x = y as(z)` on one line is a cast, and not a call of `as`. */
function comesBack(source: string): boolean {
  if (outcome(source) === source) return true;
  const renamed = source.replaceAll(/\bas\b/g, "az");
  return renamed !== source && outcome(renamed) === renamed;
}

test("any tokens in any order end in a source of the same shape or in one of our errors", () => {
  const from = [...plainTokens, ...dialectTokens, ...dialectTokens, ...brokenTokens];
  const random = new SeededRandom(1);
  for (let round = 0; round < 8000; round++) {
    const source = randomTokens(random, from);
    const result = outcome(source);
    if (typeof result === "string") expect(lines(result), JSON.stringify(source)).toEqual(lines(source));
  }
});

test("damaged programs end in a source of the same shape or in one of our errors", () => {
  const from = [...plainTokens, ...dialectTokens, ...brokenTokens];
  const random = new SeededRandom(2);
  for (let round = 0; round < 800; round++) {
    const source = mutated(random, new RandomProgram(random, 0.5).source, from);
    const result = outcome(source);
    if (typeof result === "string") expect(lines(result), JSON.stringify(source)).toEqual(lines(source));
  }
});

test("what Lua compiles comes back as it is, however it came about", () => {
  const random = new SeededRandom(3);
  const short = Array.from({ length: 15_000 }, () => randomTokens(random, plainTokens).slice(0, 25));
  const damaged = Array.from({ length: 1000 }, () => mutated(random, new RandomProgram(random, 0).source, plainTokens));
  const all = [...short, ...damaged];
  const problems = compileAll(all);
  const plain = all.filter((_, index) => problems[index] === "");
  expect(plain.length).toBeGreaterThan(200);
  expect(plain.filter((source) => !comesBack(source))).toEqual([]);
});
