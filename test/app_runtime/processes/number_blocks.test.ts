import { expect, test } from "vitest";
import { NumberBlocks } from "../../../src/app_runtime/processes/number_blocks.ts";

test("each slot takes blocks of its own, and a number tells its slot", () => {
  const here = new NumberBlocks();
  const there = new NumberBlocks(here.shared);
  const blocks = [here.take(0), there.take(0), here.take(3), there.take(63)];
  expect(new Set(blocks).size).toBe(4);
  expect(blocks[0]).toBe(1);
  expect(blocks.map((first) => here.slotOf(first + 4094))).toEqual([0, 0, 3, 63]);
});

test("a number that nobody took belongs to nobody", () => {
  const numbers = new NumberBlocks();
  const first = numbers.take(2);
  expect(numbers.slotOf(first + 4096)).toBeUndefined();
  expect(numbers.slotOf(0)).toBeUndefined();
});
