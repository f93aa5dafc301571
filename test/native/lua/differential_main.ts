/** `npm run drill:lua -- --programs 10000 --seed N`: random programs in the lane and in Debian's lua5.4, see differential.ts. */
import { parseArgs } from "node:util";
import { described, shrunk } from "./differential.ts";
import { LaneLua } from "./lane_lua.ts";
import { compareRandomPrograms } from "./random_differential.ts";

const { values } = parseArgs({
  options: {
    programs: { type: "string", default: "10000" },
    seed: { type: "string" },
    "no-shrink": { type: "boolean", default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000_000));
const programs = Number(values.programs);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(programs))
  throw new TypeError("--seed and --programs take whole numbers.");

process.stdout.write(`seed ${seed}, ${programs} programs\n`);
const lane = LaneLua.open();
const startedAt = performance.now();
const found = await compareRandomPrograms(lane, { seed, programs });
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
for (const { difference, origin } of found.slice(0, 5)) {
  process.stdout.write(`${described(values["no-shrink"] ? difference : await shrunk(lane, difference), origin)}\n\n`);
}
process.stdout.write(`seed ${seed}: ${programs} programs, ${found.length} differences, ${seconds} s\n`);
process.exitCode = found.length === 0 ? 0 : 1;
