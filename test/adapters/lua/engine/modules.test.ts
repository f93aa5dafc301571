import { expect, test } from "vitest";
import { LuaDuration, LuaTime } from "../../../../src/adapters/lua/engine/lane_times.ts";
import { LuaFailure, type LuaValue } from "../../../../src/adapters/lua/engine/lane_values.ts";
import { TestLane } from "./test_lane.ts";

function run(source: string, values: readonly unknown[] = [], modules?: readonly string[]) {
  const lane = new TestLane();
  lane.lane.defineEntry({ id: "app:main", file: "main.lua", source, ...(modules !== undefined && { modules }) });
  return { lane, end: lane.finish(lane.lane.spawn("app:main", "app:processes", values)) };
}

function answer(source: string, ...values: readonly unknown[]): LuaValue {
  const { end } = run(source, values);
  if (end.failed) throw end.error;
  return end.value;
}

test("an entry that declares its modules can require those alone", () => {
  const source = "local m = require('json') return function() require('time') end";
  expect(run(source, [], ["json", "time"]).end.failed).toBe(false);
  expect(run("return function() require('time') end", [], ["json"]).end).toMatchObject({
    failed: true,
    error: { message: "main.lua:1: module 'time' is not among the modules of app:main" },
  });
  expect(run("return function() require('errors') require('channel') end", [], []).end.failed).toBe(false);
  expect(() => run("require('json') return print", [], [])).toThrow(
    "module 'json' is not among the modules of app:main",
  );
});

test("a line of the log has its level, place and fields", () => {
  const { lane } = run(`local logger = require("logger"):named("orders"):with({ id = 5 })
return function()
  print("a", 1)
  logger:warn("late", { by = require("time").parse_duration("2s"), f = print })
  logger:error("bad", { deep = { print } })
end`);
  const [first, second, third] = lane.logs;
  expect(first).toMatchObject({ level: 1, text: "a\t1", place: "main.lua:3", fields: null });
  expect(second).toMatchObject({ level: 2, text: "late", place: "main.lua:4" });
  expect(second?.fields).toMatchObject({ id: 5, logger: "orders", by: new LuaDuration(2e9) });
  expect(third).toMatchObject({ level: 3, place: "main.lua:5" });
  expect(third?.fields).toEqual({ unsendable_fields: "value of type function cannot be sent" });
});

test("times cross between JavaScript and Lua", () => {
  const date = new Date("2024-02-29T14:30:05.123Z");
  expect(answer("return function(t) return t:format('2006-01-02 15:04:05.000 MST') end", date)).toBe(
    "2024-02-29 14:30:05.123 UTC",
  );
  expect(answer("return function(t) return t:add('1ns') end", new LuaTime(5, 999_999_999, "Europe/Berlin"))).toEqual(
    new LuaTime(6, 0, "Europe/Berlin"),
  );
  expect(answer("return function(d) return tostring(d) end", new LuaDuration(90n * 10n ** 9n))).toBe("1m30s");
});

test("an error of Lua arrives with what it was wrapped in kept to its stack", () => {
  const { end } = run(`return function()
    return nil, errors.wrap(errors.new({ message = "down", kind = errors.TIMEOUT, retryable = true, details = { n = 1 } }), "ctx")
  end`);
  expect(end.failed && end.error).toBeInstanceOf(LuaFailure);
  expect(end).toMatchObject({ error: { message: "down", kind: "Timeout", retryable: true, details: { n: 1 } } });
});

test("a call that JavaScript answers counts as work: a slice has room for a few", () => {
  const lane = new TestLane({ slice: 20_000 });
  lane.lane.defineEntry({
    id: "app:main",
    source: "local hash = require('hash') return function() while true do hash.md5('x') print('.') end end",
  });
  lane.lane.spawn("app:main", "app:processes");
  lane.lane.run(3);
  expect(lane.lines.length).toBeGreaterThan(3);
  expect(lane.lines.length).toBeLessThan(40);
});
