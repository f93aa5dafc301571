import { expect, test } from "vitest";
import {
  eraseTypes,
  LuaAnnotationError,
  LuaNestingError,
  LuaSourceTooLargeError,
} from "../../../../src/adapters/lua/index.ts";

const refusal = (source: string): unknown => {
  try {
    return eraseTypes(source, { chunkName: "pricing.lua" });
  } catch (thrown) {
    return thrown;
  }
};

const wrong: readonly (readonly [source: string, message: string])[] = [
  ["\n\nfunction f(a:)", "3:14: a type was expected after ':', got ')'"],
  ["local x: = 1", "1:10: a type was expected after ':', got '='"],
  ["local x:", "1:9: a type was expected after ':', got the end of the source"],
  ["local x: 'abc", "1:10: a type was expected after ':', got a string or a comment that never ends"],
  ["local x: {string = 1", "1:18: '}' was expected after 'string', got '='"],
  ["local x: {[string] number}", "1:20: ':' was expected after ']', got 'number'"],
  ["local x: Map<K, = 1", "1:17: a type was expected after ',', got '='"],
  ["local x: Map<K = 1", "1:16: '>' was expected after 'K', got '='"],
  ["local x: A | = 1", "1:14: a type was expected after '|', got '='"],
  ["local x: mod. = 1", "1:15: the name of a type was expected after '.', got '='"],
  ["local x: (A, B = 1", "1:16: ')' was expected after 'B', got '='"],
  ["local x: () -> = 1", "1:16: a type was expected after '->', got '='"],
  ["local x: typeof(1 +) = 1", "1:20: an expression was expected after '+', got ')'"],
  ["local x: T @ = 1", "1:14: the name of an annotation was expected after '@', got '='"],
  ["local x: T @min(1 = 1", "1:19: ')' was expected after '1', got '='"],
  ["type X", "1:7: '=' was expected after 'X', got the end of the source"],
  ["type X = \r\n\r\n\r\tend", "4:2: a type was expected after '=', got 'end'"],
  ["function f<>()", "1:12: a type parameter was expected after '<', got '>'"],
  ["interface X\n  1\nend", "2:3: a field, a method or 'end' was expected after 'X', got '1'"],
  ["interface X\n  a: T", "2:7: a field, a method or 'end' was expected after 'T', got the end of the source"],
  ["f(x as )", "1:8: a type was expected after 'as', got ')'"],
  ["local y = x :: + 1", "1:16: a type was expected after '::', got '+'"],
  ["local y = f::<T> + 1", "1:18: a call was expected after '>', got '+'"],
  ["return x :: T 'a'", "1:15: a cast must stand in parentheses before a string"],
  ["return x :: {T}.a", "1:16: a cast must stand in parentheses before '.'"],
  ["return x :: T (1)", "1:15: a cast must stand in parentheses before '('"],
];

test("says in plain words what is wrong with an annotation, and where", () => {
  const messages = wrong
    .map(([source]) => refusal(source))
    .map((thrown) => (thrown instanceof Error ? thrown.message : thrown));
  expect(messages).toEqual(wrong.map(([, message]) => `pricing.lua:${message}`));
});

test("tells programs the place, too", () => {
  const thrown = refusal("\n local x: )");
  expect(thrown).toBeInstanceOf(LuaAnnotationError);
  expect(thrown).toMatchObject({
    code: "LUA_ANNOTATION",
    failureClass: "permanent",
    place: { chunkName: "pricing.lua", line: 2, column: 11 },
  });
});

test("quotes what is long by its beginning", () => {
  expect(refusal(`local x: T @${"9".repeat(100)}`)).toMatchObject({
    message: `pricing.lua:1:13: the name of an annotation was expected after '@', got '${"9".repeat(40)}…'`,
  });
});

test("refuses what nests without an end, in time and without a stack overflow", () => {
  const many = 100_000;
  const hostile = [
    `return ${"(".repeat(many)}`,
    `return ${"{".repeat(many)}`,
    `return ${"f(".repeat(many)}`,
    "do ".repeat(many),
    "if x then ".repeat(many),
    `return ${"function() return ".repeat(many / 2)}`,
    `local x: ${"(".repeat(many)}`,
    `local x: ${"{".repeat(many)}`,
    `local x: ${"{[".repeat(many)}`,
    `local x: ${"M<".repeat(many)}`,
    `local x: ${"() -> ".repeat(many)}`,
    `local x: ${"typeof(x :: ".repeat(many / 2)}`,
    `local x: ${"A extends B ? C : ".repeat(many / 4)}`,
    `local x: ${"x is ".repeat(many)}`,
    `local x: ${"T[".repeat(many)}`,
    `local x: ${"fun():".repeat(many)}`,
  ];
  expect(hostile.map((source) => refusal(source)).map((thrown) => thrown instanceof LuaNestingError)).toEqual(
    hostile.map(() => true),
  );
  expect(refusal(`return ${"(".repeat(many)}`)).toMatchObject({
    code: "LUA_NESTING",
    message:
      "pricing.lua:1:218: more than 210 levels stand in each other here. Give the inner ones names of their own.",
  });
});

test("long is not deep", () => {
  const long = [
    `return ${"1 .. ".repeat(50_000)}1`,
    `return ${"- ".repeat(50_000)}1`,
    `return x${".y".repeat(50_000)}`,
    `return x${"(1)".repeat(50_000)}`,
    `local x: ${"T | ".repeat(50_000)}T`,
    `local x: T${"?".repeat(50_000)}`,
    `local x: ${"readonly ".repeat(50_000)}T`,
    `local x: ${"keyof ".repeat(50_000)}T`,
    `local x = y${" :: T?".repeat(50_000)}`,
    `local x = y${"!".repeat(50_000)}`,
    `if x then ${"elseif x then ".repeat(50_000)} end`,
    "::l::".repeat(50_000),
  ];
  expect(long.map((source) => typeof refusal(source))).toEqual(long.map(() => "string"));
});

test("refuses a source that is too large", () => {
  const thrown = refusal(" ".repeat(1024 * 1024 + 1));
  expect(thrown).toBeInstanceOf(LuaSourceTooLargeError);
  expect(thrown).toMatchObject({
    code: "LUA_SOURCE_TOO_LARGE",
    message: "pricing.lua has 1048577 bytes, more than the 1048576 a source may have. Split it into libraries.",
  });
  expect(() => eraseTypes("é", { chunkName: "a", maxBytes: 1 })).toThrow(LuaSourceTooLargeError);
  expect(eraseTypes("  ", { chunkName: "a", maxBytes: 2 })).toBe("  ");
});
