import { expect, test } from "vitest";
import { HangWatch } from "../../../src/app_runtime/processes/hang_watch.ts";

const looks = (pulses: readonly (readonly [hasWork: boolean, turns: number])[]) => {
  const watch = new HangWatch();
  return pulses.map(([hasWork, turns]) => watch.look({ hasWork, turns })).lastIndexOf(true);
};

test("a lane hangs when four looks in a row find it with work and unmoved", () => {
  expect(
    looks([
      [true, 7],
      [true, 7],
      [true, 7],
      [true, 7],
    ]),
  ).toBe(-1);
  expect(
    looks([
      [true, 7],
      [true, 7],
      [true, 7],
      [true, 7],
      [true, 7],
    ]),
  ).toBe(4);
});

test("it does not while it turns or has nothing to do", () => {
  expect(
    looks([
      [true, 1],
      [true, 2],
      [true, 3],
      [true, 4],
      [true, 5],
      [true, 6],
    ]),
  ).toBe(-1);
  expect(
    looks([
      [false, 1],
      [false, 1],
      [false, 1],
      [false, 1],
      [false, 1],
      [false, 1],
    ]),
  ).toBe(-1);
  expect(
    looks([
      [true, 1],
      [true, 1],
      [true, 1],
      [false, 1],
      [true, 1],
      [true, 1],
      [true, 1],
    ]),
  ).toBe(-1);
});
