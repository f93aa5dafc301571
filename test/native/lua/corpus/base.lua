-- The base library.
local function try(f, ...) print(pcall(f, ...)) end
print(_VERSION, type(nil), type(1), type("a"), type({}), type(print), type(coroutine.create(print)))
try(type)
try(assert, false) try(assert, nil, "message") try(assert, 1, 2, 3) try(assert) try(assert, false, { 1 })
print(select("#", assert(1, nil, nil)))
print(select("#"), select("#", nil, nil), select(2, "a", "b", "c"), select(-1, "a", "b", "c"), (select(-3, "a", "b", "c")))
try(select, 0) try(select, -5, 1) try(select, "x") try(select, 1.5) try(select, "2", "a", "b") try(select, 10, 1)
print(tostring(nil), tostring(true), tostring(12), tostring(-0.0), tostring(1e15), tostring(1e100), tostring(2 ^ 53), tostring("x"))
print(tostring(1 / 0), tostring(-1 / 0), tostring(3.14159265358979), tostring(1e14), tostring(123456789012345.0), tostring(0.1))
try(tostring)
print(tostring(setmetatable({}, { __tostring = function() return "named" end })))
try(tostring, setmetatable({}, { __tostring = function() return 1 end }))
try(tostring, setmetatable({}, { __tostring = function() error("in tostring") end }))
print((tostring(setmetatable({}, { __name = "My.Type" })):gsub("0x%x+", "ADDR"):gsub(": %x+$", ": ADDR")))
try(print, setmetatable({}, { __tostring = function() return {} end }))
for _, s in ipairs { "10", " 10 ", "0x10", "0xA.8p1", "1e2", "1e", "", " ", "10a", "1 0", "- 1", "-1", "+1", "0x", "1e+5", ".5", "5.", ".", "inf", "nan", "0x1p-2",
  "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "0xffffffffffffffff", "0x1ffffffffffffffff", "1e308", "1e309", "\t7\n", "7\0", "1_000", "0b1", "1e1.5", "--1", "0x.1", "0x.p1", "1E5", "0X1F", "١" } do
  print(("%q"):format(s), tonumber(s), math.type(tonumber(s)))
end
for base = 2, 36, 7 do print(base, tonumber("101", base), tonumber("zz", base), tonumber("-11", base), tonumber(" 1 ", base), tonumber("1.0", base)) end
print(tonumber("ff", 16), tonumber("FF", 16), tonumber("7fffffffffffffff", 16), tonumber("ffffffffffffffff", 16), tonumber("10000000000000000", 16), tonumber("8", 8), tonumber("", 10))
try(tonumber, "1", 1) try(tonumber, "1", 37) try(tonumber, 1, 10) try(tonumber) try(tonumber, {}, 10) print(tonumber(nil), tonumber({}), tonumber(true)) try(tonumber, "1", "x")
print(rawequal("a", "a"), rawequal({}, {}), rawequal(1, 1.0), rawlen({ 1, 2 }), rawlen("abc"))
try(rawlen, 5) try(rawequal, 1) try(rawget, 1, 1) try(rawset, {}, nil, 1) try(rawset, {}, 0 / 0, 1) try(rawset, {}) try(rawget, {})
local t = setmetatable({}, { __index = function() return "meta" end, __newindex = error, __len = function() return 42 end, __eq = function() return true end })
print(t.x, rawget(t, "x"), #t, rawlen(t), rawset(t, "x", 5) == t, t.x)
print(next({}), next({ 10 }), next({ 10 }, 1)) try(next, {}, "nokey") try(next) try(next, 5) try(next, { a = 1 }, 1.5)
try(ipairs) try(pairs) try(pairs, nil) print(pcall(ipairs, nil))
for i, v in ipairs { 1, 2, nil, 4 } do print(i, v) end
for i, v in ipairs(setmetatable({}, { __index = function(_, i) if i < 4 then return i * i end end })) do print(i, v) end
for i, c in ipairs("abc") do print("never", i, c) end
print(pcall(function() for _ in ipairs(5) do end end))
for k, v in pairs(setmetatable({}, { __pairs = function(t) return function(_, k) if not k then return 1, "one" end end, t, nil end })) do print(k, v) end
print(select("#", pairs(setmetatable({}, { __pairs = function() return 1, 2, 3, 4 end }))))
try(setmetatable, 1, {}) try(setmetatable, {}) try(setmetatable, {}, 1) print(getmetatable({}), getmetatable(1), getmetatable("").__index == string)
local protected = setmetatable({}, { __metatable = "locked" })
print(getmetatable(protected)) try(setmetatable, protected, {}) print(getmetatable(setmetatable({}, { __metatable = false })))
try(error) try(error, nil) try(error, "m") try(error, "m", 0) try(error, "m", 1) try(error, "m", 2) try(error, { code = 1 } and 7) try(error, true) try(error, "m", 50) try(error, 12.5)
local function thrower(level) error("at level " .. level, level) end
local function caller(level) thrower(level) end
for level = 0, 4 do print(pcall(caller, level)) end
print(pcall(pcall)) print(pcall(pcall, error, "x")) print(pcall(1)) print(pcall(nil)) print(xpcall(error, print, "arg"))
print(xpcall(function(...) return select("#", ...), ... end, print, 1, nil, nil))
print(xpcall(error, function(m) return "handled " .. tostring(m) end, "boom"))
print(xpcall(error, function(m) error("again") end, "boom"))
print(xpcall(function() local x = nil; x() end, function(m) return (m:gsub("^", "H:")) end))
print(pcall(xpcall)) print(pcall(xpcall, print)) print(pcall(xpcall, print, nil, 3)) print(pcall(xpcall, error, nil, 3))
print(select(2, xpcall(error, function(...) return select("#", ...) end)))
print(collectgarbage(), collectgarbage("isrunning"), collectgarbage("stop"), collectgarbage("isrunning"), collectgarbage("restart"), collectgarbage("isrunning"))
print(math.type(collectgarbage("count"))) try(collectgarbage, "nonsense") try(collectgarbage, {})
print(collectgarbage("setpause", 150), collectgarbage("setstepmul", 200), collectgarbage("setpause", 200), collectgarbage("setstepmul", 100))
print(type(_G), _G._VERSION, _ENV._VERSION)
local names = {}
for name in pairs(getmetatable("").__index) do names[#names + 1] = name end
table.sort(names) print(table.concat(names, " "))
for _, library in ipairs { "table", "math", "coroutine", "utf8" } do
  names = {}
  for name in pairs(_ENV[library]) do names[#names + 1] = name end
  table.sort(names) print(library, table.concat(names, " "))
end
