import { expect, test } from "vitest";
import { Heap } from "../../../src/app_runtime/base/heap.ts";
import { SeededRandom } from "../../../src/app_runtime/testing/seeded_random.ts";

const smaller = (a: number, b: number) => a < b;

test("an empty one gives nothing", () => {
  const heap = new Heap<number>(smaller);
  expect([heap.size, heap.peek(), heap.pop()]).toEqual([0, undefined, undefined]);
});

test("the smallest comes first, through any mix of pushes and pops", () => {
  const random = new SeededRandom(11);
  const heap = new Heap<number>(smaller);
  const sorted: number[] = [];
  for (let step = 0; step < 3_000; step += 1) {
    if (random.chance(0.55)) {
      const value = random.below(100);
      heap.push(value);
      sorted.push(value);
      sorted.sort((a, b) => a - b);
    } else expect(heap.pop()).toBe(sorted.shift());
    expect([heap.size, heap.peek()]).toEqual([sorted.length, sorted[0]]);
  }
  while (heap.size > 0) expect(heap.pop()).toBe(sorted.shift());
  expect(sorted).toEqual([]);
});
