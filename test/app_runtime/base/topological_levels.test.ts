import { expect, test } from "vitest";
import { NeedsError, topologicalLevels } from "../../../src/app_runtime/base/topological_levels.ts";

const thing = (name: string, ...needs: readonly string[]) => ({ name, needs });
const levelsOf = (...things: readonly ReturnType<typeof thing>[]) =>
  topologicalLevels(things).map((level) => level.map(({ name }) => name));

test("each level needs only the levels before it, and members keep their order", () => {
  expect(levelsOf(thing("page", "api", "log"), thing("api", "database"), thing("log"), thing("database"))).toEqual([
    ["log", "database"],
    ["api"],
    ["page"],
  ]);
});

test("nothing has no levels", () => expect(levelsOf()).toEqual([]));

test("a circle is named from its beginning, without what only leads to it", () => {
  expect(() => levelsOf(thing("page", "a"), thing("a", "b"), thing("b", "a"))).toThrow("in a circle: a → b → a");
  expect(() => levelsOf(thing("self", "self"))).toThrow("self → self");
});

test("a missing need and a name used twice are named", () => {
  expect(() => levelsOf(thing("api", "databse"), thing("database"))).toThrow(
    'Component "api" needs "databse", which nobody is. Known: api, database.',
  );
  expect(() => levelsOf(thing("api"), thing("api"))).toThrow(NeedsError);
});

test("a diamond is no circle", () => {
  expect(
    levelsOf(thing("top", "left", "right"), thing("left", "ground"), thing("right", "ground"), thing("ground")),
  ).toEqual([["ground"], ["left", "right"], ["top"]]);
});
