import { expect, test } from "vitest";
import { TestLane } from "./test_lane.ts";

/** Other arguments each day of work; `LUA_ARGUMENTS_SEED=N` repeats those of a failure. */
const seed = Number(process.env.LUA_ARGUMENTS_SEED ?? Math.floor(Math.random() * 1_000_000_000));

/** Calls each function and method of the modules with what it may not expect; results become arguments. */
const source = `
local pool = {
  0, 1, -1, 5, 1.5, -0.0, 1e300, 0 / 0, math.huge, math.maxinteger, math.mininteger, 86400, 1700000000, true, false, "", "x", "1h", "UTC",
  "Europe/Berlin", "2006-01-02T15:04:05Z07:00", "2024-02-29T14:30:05Z", "Jan _2 MST .000 Z07", "\\0\\255", "{\\"a\\": [1, null]}", "a: [1]", "[[[",
  "6ba7b810-9dad-11d1-80b4-00c04fd430c8", "sha256", "%Y %j", string.rep("ab", 500), {}, { 1, 2, 3 }, { a = { b = "c" } }, { [1.5] = 1 },
  { year = 2024, month = 2, day = 30 }, print, coroutine.create(print), errors.new("e"), channel.new(1), payload.new({ 1 }),
}
local circle = {}
circle.self = circle
pool[#pool + 1] = circle
local kept = #pool

local functions = {}
local function gather(of)
  for name, value in pairs(of) do
    if type(value) == "function" and name ~= "sleep" and name ~= "after" then functions[#functions + 1] = value end
  end
end
for _, name in ipairs({ "time", "json", "yaml", "base64", "hash", "uuid", "ctx", "errors", "payload", "os" }) do gather(require(name)) end
for _, cast in ipairs({ integer, number, boolean, tostring, function(v) return string(v) end }) do functions[#functions + 1] = cast end

local methods = {
  "add", "sub", "add_date", "after", "before", "equal", "format", "format_rfc3339", "unix", "unix_nano", "date", "clock", "year", "month",
  "weekday", "year_day", "is_zero", "utc", "in_local", "in_location", "location", "round", "truncate", "nanoseconds", "microseconds",
  "hours", "string", "stop", "reset", "channel", "message", "kind", "retryable", "details", "stack", "data", "get_format", "transcode", "unmarshal",
}

return function(seed, count)
  math.randomseed(seed)
  local function any() return pool[math.random(#pool)] end
  local function keep(ok, ...)
    for i = 1, select("#", ...) do
      local value = select(i, ...)
      if type(value) == "userdata" or (type(value) == "string" and #value < 10000) then pool[kept + math.random(40)] = value end
    end
    for i = kept + 1, kept + 40 do if pool[i] == nil then pool[i] = i end end
  end
  keep(true)
  for _ = 1, count do
    if math.random(2) == 1 then
      keep(pcall(functions[math.random(#functions)], any(), any(), any(), any(), any(), any(), any(), any()))
    else
      local on, name = any(), methods[math.random(#methods)]
      keep(pcall(function(...) return on[name](on, ...) end, any(), any(), any()))
    end
    if math.random(20) == 1 then
      pcall(process.send, process.pid(), "any", any())
      local got = channel.select({ process.listen("any"):case_receive(), default = true })
      keep(true, got.value)
    end
    keep(pcall(tostring, any()))
  end
  return "alive"
end`;

test(`functions of the modules bear any arguments (LUA_ARGUMENTS_SEED=${seed})`, () => {
  const lane = new TestLane();
  lane.lane.defineEntry({ id: "app:main", source });
  for (let round = 0; round < 10; round += 1) {
    const end = lane.finish(lane.lane.spawn("app:main", "app:processes", [seed + round, 1000]));
    expect(end.failed ? end.error.message : end.value).toBe("alive");
  }
});
