--@ row 3.2 globals kept and removed; library tables cannot be written; string and other casts
--@ row 3.2 require finds host modules, and only those the entry declares
--@ row 3.4 logger and print; ctx.get and all
local kept = {
  "assert", "error", "getmetatable", "setmetatable", "next", "pairs", "ipairs", "pcall", "xpcall", "print", "rawequal", "rawget",
  "rawset", "select", "tonumber", "tostring", "type", "unpack", "_G", "_VERSION", "require", "table", "string", "math",
  "coroutine", "os", "errors", "process", "channel", "payload", "integer", "number", "boolean",
}
local removed = {
  "load", "loadstring", "loadfile", "dofile", "collectgarbage", "rawlen", "getfenv", "setfenv", "module", "newproxy", "io",
  "debug", "utf8", "package", "warn",
}

local function globals()
  for _, name in ipairs(kept) do assert(_G[name] ~= nil, name) end
  for _, name in ipairs(removed) do assert(_G[name] == nil, name) end
  for _, name in ipairs({ "string", "table", "math", "coroutine", "os", "errors", "process", "channel", "payload" }) do
    local ok, problem = pcall(function() _G[name].added = 1 end)
    assert(not ok and string.find(problem, "read-only", 1, true), name)
    assert(not pcall(rawset, _G[name], "added", 1))
  end
  for _, name in ipairs({ "time", "json", "yaml", "base64", "uuid", "hash", "ctx" }) do
    assert(not pcall(rawset, require(name), "added", 1), name)
  end
  assert(not pcall(setmetatable, string, {}) and getmetatable(string) == false and getmetatable("").__index == string)
  assert(not pcall(rawset, getmetatable(""), "__index", {}))
  assert(unpack == table.unpack and select("#", unpack({ 1, 2, 3 })) == 3)
  assert(math.ult(1, -1) and math.type(1) == "integer" and math.tointeger(3.0) == 3)
  fresh = 5
  assert(_G.fresh == 5 and fresh == 5)
end

local function casts()
  assert(string("a") == "a" and integer(5) == 5 and math.type(integer(5.0)) == "integer" and number(1.5) == 1.5)
  assert(boolean(false) == false and string(errors.new("m")) == "m")
  for _, case in ipairs({ { string, 5 }, { string, nil }, { integer, 1.5 }, { integer, "5" }, { number, "5" }, { boolean, nil } }) do
    local ok, problem = pcall(case[1], case[2])
    assert(not ok and string.find(problem, "expected, got", 1, true))
  end
end

local function modules()
  assert(require("time") == require("time") and require("errors") == errors and require("channel") == channel)
  local ok, problem = pcall(require, "io")
  assert(not ok and string.find(problem, "module 'io' not found", 1, true))
end

local function logs()
  local logger = require("logger")
  logger:info("plain")
  logger:with({ a = 1 }):named("x"):named("y"):warn("with", { b = { 2 }, f = print })
  logger:error("bad", { t = { coroutine.create(print) } })
  logger:debug(errors.new("an error"))
  assert(not pcall(logger.info, logger, 5) and not pcall(logger.info, "text") and not pcall(logger.named, logger, ""))
  assert(not pcall(logger.with, logger, nil) and not pcall(logger.info, logger, "x", 5))
  print("a", nil, 1.5, errors.new("e"))
end

local function contexts()
  local ctx = require("ctx")
  assert(next(ctx.all()) == nil)
  local none, problem = ctx.get("missing")
  assert(none == nil and problem:kind() == errors.NOT_FOUND)
  none, problem = ctx.get("")
  assert(none == nil and problem:kind() == errors.INVALID)
end

return function()
  globals()
  casts()
  modules()
  logs()
  contexts()
end
