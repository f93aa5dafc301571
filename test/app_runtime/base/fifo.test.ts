import { expect, test } from "vitest";
import { Fifo } from "../../../src/app_runtime/base/fifo.ts";
import { SeededRandom } from "../../../src/app_runtime/testing/seeded_random.ts";

test("an empty one gives nothing", () => {
  const fifo = new Fifo<number>();
  expect([fifo.size, fifo.peek(), fifo.shift(), [...fifo]]).toEqual([0, undefined, undefined, []]);
});

test("it behaves like an array through any mix of pushes and shifts, growing while its ring is wrapped", () => {
  const random = new SeededRandom(7);
  const fifo = new Fifo<number>();
  const array: number[] = [];
  for (let step = 0; step < 5_000; step += 1) {
    if (random.chance(step < 2_500 ? 0.6 : 0.4)) {
      fifo.push(step);
      array.push(step);
    } else expect(fifo.shift()).toBe(array.shift());
    expect([fifo.size, fifo.peek()]).toEqual([array.length, array[0]]);
  }
  expect([...fifo]).toEqual(array);
});
