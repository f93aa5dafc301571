import { expect, test } from "vitest";
import { SeededRandom } from "../../../src/app_runtime/testing/index.ts";

const first = (seed: number, count: number) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test("one seed is one sequence, another seed another", () => {
  expect(first(1, 5)).toEqual(first(1, 5));
  expect(first(1, 5)).not.toEqual(first(2, 5));
});

test("the numbers lie in their range and spread over it", () => {
  const numbers = first(3, 10_000);
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
});

test("picks, chances and whole numbers", () => {
  const random = new SeededRandom(4);
  const drawn = new Set(Array.from({ length: 200 }, () => random.below(4)));
  expect([...drawn].sort()).toEqual([0, 1, 2, 3]);
  expect([random.pick([]), ["a", "b"].includes(String(random.pick(["a", "b"])))]).toEqual([undefined, true]);
  expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
});
