import { expect, test } from "vitest";
import { eraseTypes } from "../../../../src/adapters/lua/index.ts";
import { compileAll, runAll } from "./lua_compiler.ts";

const erased = (source: string) => eraseTypes(source, { chunkName: "a.lua" });

/** Each `at(n)` raises unless Lua finds it on line n. */
const program =
  `local function at(line) assert(debug.getinfo(2, "l").currentline == line, "not on line " .. line) return line end
type Order = {
  id: string,
  lines: {
    [integer]: Line,
  }, -- the lines
}

at(9)
interface Priced<T>
  price: T
  function total(self): number
end
at(14)

local function price<T: Priced>(
  first: T,
  second: {
    a: A,
  }?,
  ...: number
): (
  number, number
)
  at(25)
  local sum: number
    | nil = at(27) :: number
    | string
  for i: integer = 1,
    at(30) do
    sum = (sum as
      integer) + at(32) - at(32)
  end
  return sum, select("#",
    ...) :: integer
end

local total, count = price<<PLACE>>(at(38), { a = 1 } as {
    a: integer
  }, 1,
  at(41)!, 3)
assert(total == 27 and count == 3)
local text: string = [[
  x: T
]] :: string
;(function(): () at(46) end)()
local y = total :: number
(function() at(48) end)()
assert(y == total)
error("the end")
`.replace("<<PLACE>>", "::<Order>");

test("every line stays the line of its code", () => {
  expect(runAll([erased(program)])).toEqual(["chunk:50: the end"]);
});

test("what Lua says of its own names the line of the source", () => {
  const malformed = [
    "type A = {\n  a: T\n}\nlocal x: A = = 1",
    "local x: {\n\n} = 1\ngoto nowhere",
    "f(\n x :: {\n }))",
  ];
  expect(compileAll(malformed.map(erased))).toEqual([
    "chunk:4: unexpected symbol near '='",
    expect.stringMatching(/^chunk:4: no visible label 'nowhere'/),
    "chunk:3: unexpected symbol near ')'",
  ]);
});

test("every line break of Lua counts as one", () => {
  for (const lineBreak of ["\n", "\r", "\r\n", "\n\r"]) {
    const source = ["type A = {", "a: T", "}", "local x: A,", "y: T", "error('here')"].join(lineBreak);
    expect(runAll([erased(source)])).toEqual(["chunk:6: here"]);
    expect(() => erased(`${source}${lineBreak}local z: =`)).toThrow("a.lua:7:10: ");
  }
});
