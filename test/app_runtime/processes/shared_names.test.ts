import { expect, test } from "vitest";
import { SharedNames } from "../../../src/app_runtime/processes/shared_names.ts";

const ada = "{h|app:a|0x00001}";
const bob = "{h|app:b|0x00002}";

/** Two instances over one memory, as two threads have them. */
function twoSides(maxNames = 8) {
  const here = new SharedNames({ maxNames });
  return { here, there: new SharedNames({ shared: here.shared }) };
}

test("a name belongs to one process, everywhere at once (row 1.10 register, lookup)", () => {
  const { here, there } = twoSides();
  expect(here.register("desk", ada)).toBe("done");
  expect(here.register("desk", ada)).toBe("done");
  expect(there.register("desk", bob)).toBe("taken");
  expect(there.lookup("desk")).toBe(ada);
  expect(there.lookup("other")).toBeUndefined();
});

test("only its owner takes a name away (row 1.10 unregister)", () => {
  const { here, there } = twoSides();
  here.register("desk", ada);
  expect(there.unregister("desk", bob)).toBe("foreign");
  expect(there.unregister("desk", ada)).toBe("done");
  expect(here.unregister("desk", ada)).toBe("unknown");
  expect(there.register("desk", bob)).toBe("done");
});

test("all names of a process go with it, those of others stay (row 1.10 auto release)", () => {
  const { here } = twoSides();
  for (const name of ["a", "b", "c"]) here.register(name, ada);
  here.register("d", bob);
  here.release(ada);
  expect(["a", "b", "c", "d"].map((name) => here.lookup(name))).toEqual([undefined, undefined, undefined, bob]);
});

test("the names of a lost lane go all at once", () => {
  const { here, there } = twoSides();
  here.register("a", ada);
  there.register("b", bob);
  there.releaseWhere((pid) => pid === ada);
  expect([here.lookup("a"), here.lookup("b")]).toEqual([undefined, bob]);
});

test("a full table says so, and room comes back however often names come and go", () => {
  const { here } = twoSides(4);
  for (const name of ["a", "b", "c", "d"]) expect(here.register(name, ada)).toBe("done");
  expect(here.register("e", ada)).toBe("full");
  for (let round = 0; round < 1000; round++) {
    expect(here.unregister(`${round < 1 ? "a" : `n${round - 1}`}`, ada)).toBe("done");
    expect(here.register(`n${round}`, ada)).toBe("done");
  }
  expect(["b", "c", "d"].map((name) => here.lookup(name))).toEqual([ada, ada, ada]);
});
