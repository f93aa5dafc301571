import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { SeededRandom } from "../../../../src/app_runtime/testing/seeded_random.ts";
import { TestLane } from "./test_lane.ts";

/** Other documents each day of work; `LUA_DOCUMENTS_SEED=N` repeats those of a failure. */
const seed = Number(process.env.LUA_DOCUMENTS_SEED ?? Math.floor(Math.random() * 1_000_000_000));
const documents = 300;

/** Encodes again what it decodes, and says why it cannot. */
const source = `
local formats = { json = require("json"), yaml = require("yaml") }
return function(format, texts)
  local codec, answers = formats[format], {}
  for i, text in ipairs(texts) do
    local value, problem = codec.decode(text)
    local again, unwritable = codec.encode(value)
    answers[i] = problem and "! " .. problem or again or "? " .. unwritable
  end
  return answers
end`;

function again(format: "json" | "yaml", texts: readonly string[]): readonly string[] {
  const lane = new TestLane();
  lane.lane.defineEntry({ id: "app:main", source });
  const end = lane.finish(lane.lane.spawn("app:main", "app:processes", [format, texts]));
  if (end.failed) throw end.error;
  return end.value as readonly string[];
}

test(`${documents} random documents of JSON come back as they went (LUA_DOCUMENTS_SEED=${seed})`, () => {
  const random = new SeededRandom(seed);
  const values = Array.from({ length: documents }, () => [randomValue(random, 0)]);
  const texts = values.map((value, n) => JSON.stringify(value, null, n % 3));
  expect(again("json", texts).map((text) => JSON.parse(text))).toEqual(values.map(withoutZeroSigns));
});

test(`${documents} random documents of YAML come back as they went (LUA_DOCUMENTS_SEED=${seed})`, () => {
  const random = new SeededRandom(seed + 1);
  const values = Array.from({ length: documents }, () => [randomValue(random, 0)]);
  const texts = values.map((value) => stringify(value));
  expect(again("yaml", texts).map((text) => parse(text))).toEqual(values.map(withoutZeroSigns));
});

test(`damaged JSON is refused where JavaScript refuses it (LUA_DOCUMENTS_SEED=${seed})`, () => {
  const random = new SeededRandom(seed + 2);
  const texts = Array.from({ length: 2000 }, () => {
    const text = JSON.stringify([randomValue(random, 2)]);
    const at = random.below(text.length);
    return (
      text.slice(0, at) +
      random.pick(["", ",", "]", "{", '"', "0", "-", "e", ".", " ", "\\", "\t", "1"]) +
      text.slice(at + 1)
    );
  }).filter((text) => text.isWellFormed() && !text.includes("null"));
  const refused = again("json", texts).map((text) => text.startsWith("! "));
  expect(texts.filter((text, n) => refused[n] !== !reads(text))).toEqual([]);
});

function reads(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What JSON, YAML and tables of Lua all can say: no null, which is a hole, and no empty object, which is an array. */
function randomValue(random: SeededRandom, depth: number): unknown {
  const kind = random.below(depth > 4 ? 4 : 6);
  if (kind === 0) return random.chance(0.5);
  if (kind === 1) return Math.floor((random.next() - 0.5) * 10 ** random.below(16));
  if (kind === 2) return (random.next() - 0.5) * 10 ** Math.floor((random.next() - 0.5) * 600);
  if (kind === 3) return randomText(random);
  const count = random.below(5);
  if (kind === 4) return Array.from({ length: count }, () => randomValue(random, depth + 1));
  return Object.fromEntries(
    Array.from({ length: count + 1 }, () => [`k${randomText(random)}`, randomValue(random, depth + 1)]),
  );
}

function randomText(random: SeededRandom): string {
  const pieces = [
    "a",
    "Z",
    " ",
    '"',
    "\\",
    "/",
    "\n",
    "\t",
    "\u0001",
    "é",
    "€",
    "😀",
    "\u2028",
    "null",
    "0x1",
    ":",
    "-",
    "#",
    "~",
  ];
  return Array.from({ length: random.below(8) }, () => random.pick(pieces)).join("");
}

function withoutZeroSigns(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
