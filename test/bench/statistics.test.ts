import { expect, test } from "vitest";
import { jainIndex, quantile, spread } from "../../bench/statistics.ts";

test("a spread lies between the ranks it does not hit", () => {
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, q1: 1.75, q3: 3.25 });
});

test("one outlier moves no median", () => {
  expect(spread([1, 1, 1, 1, 1000])).toEqual({ median: 1, q1: 1, q3: 1 });
});

test("of one run every quantile is that run, and of none there is no figure", () => {
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

test("shares that are alike have an index of 1, and one that has everything has its part of the number", () => {
  expect(jainIndex([3, 3, 3])).toBe(1);
  expect(jainIndex([1, 0, 0, 0])).toBe(0.25);
});
