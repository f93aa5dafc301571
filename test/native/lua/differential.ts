/**
 * Is the patched virtual machine still Lua? The same program must print the same in a lane, whatever its slices, and in
 * Debian's lua5.4 binary of the same version. What is allowed to differ is written down in native/lua/README.md, section
 * "Where it differs from lua5.4"; {@link comparable} is all that is done about it here, plain_lua.lua about the rest.
 */
import type { LaneLua } from "./lane_lua.ts";
import { plainLua } from "./plain_lua.ts";

export interface Difference {
  readonly program: string;
  readonly slice: number;
  readonly lane: string;
  readonly plain: string;
}

/** The text without what differs from run to run: addresses. And NaN has a sign that no rule gives it. */
function comparable(printed: string): string {
  return printed
    .replaceAll(/\b(table|function|thread|userdata|builtin): (0x)?[0-9a-f]{1,16}\b/g, "$1: ADDRESS")
    .replaceAll("-nan", "nan");
}

/** Where the lane, at that slice, prints something else than `plain`, which is what lua5.4 printed. */
export function differenceOf(lane: LaneLua, program: string, slice: number, plain: string): Difference | undefined {
  const printed = comparable(lane.run(program, slice));
  const expected = comparable(plain);
  return printed === expected ? undefined : { program, slice, lane: printed, plain: expected };
}

/** As few lines of the program as still differ, by leaving out ever smaller runs of them. */
export async function shrunk(lane: LaneLua, difference: Difference, limitMs = 20_000): Promise<Difference> {
  const deadline = performance.now() + limitMs;
  let smallest = difference;
  let lines = difference.program.split("\n");
  for (let run = Math.ceil(lines.length / 2); run >= 1; ) {
    const shorter = startsOf(lines, run).map((start) => lines.toSpliced(start, run).join("\n"));
    const found = await firstThatDiffers(lane, shorter, difference.slice, deadline);
    if (performance.now() > deadline) break;
    if (found !== undefined) {
      smallest = found;
      lines = found.program.split("\n");
      run = Math.min(run * 2, Math.ceil(lines.length / 2));
    } else if (run === 1) break;
    else run = Math.ceil(run / 2);
  }
  return smallest;
}

/** Every place for a short run, so that the two ends of a loop are found; for a long one a place for each half of it. */
function startsOf(lines: readonly string[], run: number): readonly number[] {
  const step = run <= 8 ? 1 : Math.floor(run / 2);
  return Array.from({ length: Math.ceil(lines.length / step) }, (_, index) => index * step);
}

/** A program may not end any more once a line is missing: then lua5.4 is stopped, and those behind it are asked again. */
async function firstThatDiffers(
  lane: LaneLua,
  programs: readonly string[],
  slice: number,
  deadline: number,
): Promise<Difference | undefined> {
  for (let rest = programs; rest.length > 0 && performance.now() < deadline; ) {
    const answers = await plainLua(rest, { limitMs: 1000 });
    for (const [index, plain] of answers.entries()) {
      const program = rest[index];
      if (plain === undefined || program === undefined) continue;
      const difference = differenceOf(lane, program, slice, plain);
      if (difference !== undefined) return difference;
    }
    const answered = answers.indexOf(undefined);
    rest = answered < 0 ? [] : rest.slice(answered + 1);
  }
  return undefined;
}

/** A difference as a person wants to read it; `origin` says how to get the program again. */
export function described({ program, slice, lane, plain }: Difference, origin: string): string {
  return [`${origin}, slice ${slice}:`, program, "--- lua5.4 prints", plain, "--- the lane prints", lane].join("\n");
}
