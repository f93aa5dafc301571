import { SeededRandom } from "../../../drill/seeded_random.ts";
import { type Difference, differenceOf } from "./differential.ts";
import type { LaneLua } from "./lane_lua.ts";
import { plainLua } from "./plain_lua.ts";
import { randomProgram } from "./random_program.ts";

export interface RandomDifference {
  readonly difference: Difference;
  /** The seed of the one program: `--seed N --programs 1` makes it again. */
  readonly origin: string;
}

/** So many programs does one lua5.4 process run. */
const batchSize = 250;

/** Programs made of the seeds `seed`, `seed + 1`, ..., each compared at one slice that its seed chooses too. */
export async function compareRandomPrograms(
  lane: LaneLua,
  { seed, programs }: { readonly seed: number; readonly programs: number },
): Promise<readonly RandomDifference[]> {
  const found: RandomDifference[] = [];
  for (let first = seed; first < seed + programs; first += batchSize) {
    const batch = Array.from({ length: Math.min(batchSize, seed + programs - first) }, (_, index) =>
      made(first + index),
    );
    const answers = await plainLua(batch.map(({ program }) => program));
    for (const [index, { program, slice, origin }] of batch.entries()) {
      const difference = differenceOf(lane, program, slice, answers[index] ?? "(lua5.4 did not come to its end)");
      if (difference !== undefined) found.push({ difference, origin });
    }
  }
  return found;
}

/** Neighbours among seeds would throw similar dice at first: they are spread out. */
function made(seed: number): { readonly program: string; readonly slice: number; readonly origin: string } {
  const random = new SeededRandom(Math.imul(seed, 0x9e3779b1));
  const slice = random.pick([1, 1, 2, 3, random.between(1, 20), random.between(1, 200), random.between(1, 5000)]);
  return { program: randomProgram(random), slice, origin: `program of seed ${seed}` };
}
