import { glob, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { eraseTypes } from "../../../../src/adapters/lua/index.ts";
import { compileAll } from "./lua_compiler.ts";

const erased = (source: string) => eraseTypes(source, { chunkName: "a.lua" });

const sources: readonly string[] = [
  "",
  "\n\n",
  ";;; ; ::a:: ; ::b:: goto a",
  "#!/usr/bin/lua: x\nlocal x = 1",
  "local a <const>, b <close>, c = 1, nil",
  "-- local x: T\n--[[ local x: T\n]] --[==[ ]] x: T ]==] return 1",
  "--[ x: T\nreturn 1 --",
  "local s = [[ x: T ]] .. [==[\n]]]=] ]==] .. 'a: \\'T' .. \"\\\"::\" .. '\\z  \n  x' .. 'a\\\nb' .. 'a\\\r\nb' .. '\\\\'",
  "return 0x.1p-4, 3., .5e+10, 0xA.8, 1//2, 3 .. 2, 0xep1, 1e5, 7 // 0x10",
  "if a<b and a>b or a<=b or a>>b<<c then end return a<b, c>(d)",
  "return f(a<b, c>d), {a<b, c>d}, a < b == (c > d)",
  "a:b():c'x':d{1}:e[[y]].f[1](2)'z'{}() a.b:c(1)",
  "t[a]:b() t[a] :b() t[a]: b() t[a] : b 'c'",
  "f{...} f{1, 2; 3, [4] = 5, x = 6,} f'x' f[[x]] (f)() (f or g)[1] = 2",
  "goto l do ::l:: end ::l::",
  "local x = y ::l:: ; goto l",
  "x = y ::l:: x = z ::m:: f(x) ::n:: f 'x' ::o:: f { } ::p:: x.y = 1 ::q:: x[1] = 2 ::r:: x:y() ::s:: a, b = 1, 2",
  "x = y ::l:: (f or g)()",
  "repeat local x = 1 until x ::l:: while x do break end",
  "for i = 1, 10 do for k, v in pairs(t) do goto continue ::continue:: end end",
  "function a.b.c:d(e, f, ...) return ... end local function g() return end local h = function(...) return; end",
  "return function() return function() end end, - - - 1, not not x, # #t, ~ ~1, -x^-2",
  "return a and b or c, a | b & c ~ d << 1 >> 2, a .. b .. c, a // b % c ^ d",
  "if a then elseif b then elseif c then else end",
  "local x = y\n(f or g)()",
  "return x.y, (x).y, (x)[1], ('x'):rep(2), #'x', {}, nil, true, false, ...",
  "local t = { f = function(a) return a end, [1] = 2, 'x', g(), ... }",
  "local x = -- y: T\n  1 --[[ as T ]] + 2",
];

test("plain Lua comes back as it is", () => {
  expect(sources.map(erased)).toEqual(sources);
  const problems = compileAll(sources.map((source) => source.replace(/^#[^\n]*/, "")));
  expect(problems.filter((problem) => !/label|goto|close/.test(problem)).join("")).toBe("");
});

test("so do whole files of other people", async () => {
  const patterns = ["test/native/lua/corpus/*.lua", "node_modules/bullmq/dist/esm/commands/**/*.lua"];
  const files: string[] = [];
  for await (const file of glob(patterns)) files.push(file);
  const texts = await Promise.all(files.map((file) => readFile(file, "latin1")));
  expect(files.length).toBeGreaterThan(50);
  expect(files.filter((_, index) => erased(texts[index] ?? "") !== texts[index])).toEqual([]);
  const last = texts.map((text) => `${text}\nlocal x: T`).map((text) => erased(text).endsWith("\nlocal x   "));
  const broken = compileAll(texts.map((text) => `${text}\nlocal x`));
  expect(files.filter((_, index) => last[index] !== (broken[index] === ""))).toEqual([]);
});

test("what Lua does not understand is left to Lua, from there on", () => {
  const malformed: readonly (readonly [source: string, erased: string])[] = [
    ["local x: T = = 1 local y: U", "local x    = = 1 local y: U"],
    ["x: T = 1", "x: T = 1"],
    ["if x != y then end local z: T", "if x != y then end local z: T"],
    ["f( local x: T", "f( local x: T"],
    ["local x: T = 'abc\nlocal y: U", "local x    = 'abc\nlocal y: U"],
    ["local x: T --[[ no end\nlocal y: U", "local x    --[[ no end\nlocal y: U"],
    ["local x: T\nend local y: U", "local x   \nend local y: U"],
    ["x local y: T", "x local y: T"],
    ["f() = 1 local y: T", "f() = 1 local y: T"],
    ["(x) = 1 local y: T", "(x) = 1 local y: T"],
    ["return 1 local y: T", "return 1 local y: T"],
    ["local x = é local y: T", "local x = é local y: T"],
    ["\u001bLua", "\u001bLua"],
  ];
  expect(malformed.map(([source]) => erased(source))).toEqual(malformed.map(([, left]) => left));
  expect(compileAll(malformed.map(([, left]) => left)).filter((problem) => problem === "")).toEqual([]);
});

test("nests as deep as Lua", () => {
  const shapes: readonly ((depth: number) => string)[] = [
    (depth) => `return ${"(".repeat(depth)}x${")".repeat(depth)}`,
    (depth) => `return ${"{".repeat(depth)}${"}".repeat(depth)}`,
    (depth) => `return ${"f(".repeat(depth)}${")".repeat(depth)}`,
    (depth) => `${"do ".repeat(depth)}${"end ".repeat(depth)}`,
    (depth) => `return ${"function() return ".repeat(depth)}${"end ".repeat(depth)}`,
    (depth) => `return ${"- ".repeat(depth)}1`,
    (depth) => `return ${"1 .. ".repeat(depth)}1`,
  ];
  const all = shapes.flatMap((shape) => Array.from({ length: 220 }, (_, depth) => shape(depth)));
  const problems = compileAll(all);
  const compiled = all.filter((_, index) => problems[index] === "");
  expect(compiled.length).toBeGreaterThan(7 * 90);
  expect(compiled.filter((source) => erased(source) !== source)).toEqual([]);
});

test("a megabyte takes no more than its length asks for", () => {
  const tookMs = (lines: number) => {
    const source = "local x: Map<K, {V}>, y = f(a.b, 'c') :: T\n".repeat(lines);
    const start = performance.now();
    erased(source);
    return performance.now() - start;
  };
  tookMs(3000);
  expect(tookMs(24_000)).toBeLessThan(40 * Math.max(tookMs(3000), 5));
});
