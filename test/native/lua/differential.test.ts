import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { described, differenceOf, shrunk } from "./differential.ts";
import { LaneLua } from "./lane_lua.ts";
import { plainLua } from "./plain_lua.ts";
import { compareRandomPrograms } from "./random_differential.ts";

/** Steps until a lane is taken away: from "at each step" to what lanes are given. */
const slices = [1, 2, 3, 7, 100, 20_000];
/** Some of them for what takes long. */
const fewSlices = [1, 100, 20_000];
/** Other programs each day of work; `LUA_DIFFERENTIAL_SEED=N` repeats those of a failure. */
const seed = Number(process.env.LUA_DIFFERENTIAL_SEED ?? Math.floor(Math.random() * 1_000_000_000));
const programs = Number(process.env.LUA_DIFFERENTIAL_PROGRAMS ?? 400);

const folder = new URL("./corpus/", import.meta.url);
const corpus = readdirSync(folder).toSorted();
const sources = corpus.map((name) => readFileSync(new URL(name, folder), "latin1"));

let lane: LaneLua;
let printed: readonly (string | undefined)[];

beforeAll(async () => {
  lane = LaneLua.open();
  printed = await plainLua(sources);
}, 120_000); // the module may have to be built

describe.each(corpus.map((name, index) => ({ name, index })))(
  "$name prints what it prints in lua5.4",
  ({ name, index }) => {
    test.each(name === "overflow.lua" ? fewSlices : slices)("in slices of %i", (slice) => {
      const plain = printed[index];
      expect(plain, "lua5.4 must come to its end").toBeDefined();
      const difference = differenceOf(lane, sources[index] ?? "", slice, plain ?? "");
      expect(difference?.lane, `${name}, slice ${slice}`).toEqual(difference?.plain);
    });
  },
);

test(`${programs} random programs (LUA_DIFFERENTIAL_SEED=${seed}) print what they print in lua5.4`, async () => {
  const [first] = await compareRandomPrograms(lane, { seed, programs });
  if (first === undefined) return;
  const small = await shrunk(lane, first.difference);
  expect.fail(`${described(small, first.origin)}\n\nThe whole program:\n${described(first.difference, first.origin)}`);
}, 60_000);
