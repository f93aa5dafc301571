import { expect, test } from "vitest";
import { ByteBudget } from "../../../src/app_runtime/base/byte_budget.ts";

const never = new AbortController().signal;

/** What has been admitted, in order. */
function crowd(budget: ByteBudget) {
  const admitted: string[] = [];
  const rooms = new Map<string, Disposable>();
  const come = async (name: string, bytes: number, signal = never) => {
    const room = await budget.take(bytes, signal);
    admitted.push(name);
    rooms.set(name, room);
  };
  return { admitted, come, leave: (name: string) => rooms.get(name)?.[Symbol.dispose]() };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("who fits goes in at once, the others in their order as room is given back", async () => {
  const budget = new ByteBudget(100);
  const { admitted, come, leave } = crowd(budget);
  void come("a", 60);
  void come("b", 50);
  void come("c", 10);
  await settle();
  expect(admitted).toEqual(["a"]);
  leave("a");
  await settle();
  expect(admitted).toEqual(["a", "b", "c"]);
  expect(budget.used).toBe(60);
});

test("what is larger than the room has it alone", async () => {
  const budget = new ByteBudget(100);
  const { admitted, come, leave } = crowd(budget);
  void come("small", 1);
  void come("huge", 5_000);
  await settle();
  expect(admitted).toEqual(["small"]);
  leave("small");
  await settle();
  expect(admitted).toEqual(["small", "huge"]);
  void come("next", 1);
  await settle();
  expect(admitted).toHaveLength(2);
  leave("huge");
  leave("huge");
  await settle();
  expect(admitted).toHaveLength(3);
  expect(budget.used).toBe(1);
});

test("who gives up leaves the line and lets the next one in", async () => {
  const budget = new ByteBudget(100);
  const { admitted, come, leave } = crowd(budget);
  const stop = new AbortController();
  void come("a", 90);
  const gaveUp = come("b", 50, stop.signal);
  void come("c", 10);
  await settle();
  stop.abort(new Error("enough"));
  await expect(gaveUp).rejects.toThrow("enough");
  await settle();
  expect(admitted).toEqual(["a", "c"]);
  leave("a");
  leave("c");
  expect(budget.used).toBe(0);
});

test("room that was granted in the moment of giving up is given back", async () => {
  const budget = new ByteBudget(100);
  const { come, leave } = crowd(budget);
  const stop = new AbortController();
  void come("a", 100);
  const late = come("b", 100, stop.signal);
  await settle();
  stop.abort(new Error("enough"));
  leave("a");
  await expect(late).rejects.toThrow("enough");
  await settle();
  expect(budget.used).toBe(0);
});
