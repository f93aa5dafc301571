-- Every metamethod, called by operators, by library functions, through inheritance, with errors and with yields inside.
local function try(f, ...) print(pcall(f, ...)) end
local log = {}
local mt = {}
local function box(v) return setmetatable({ v = v }, mt) end
local function raw(x) if type(x) == "table" then return rawget(x, "v") end return x end
for _, name in ipairs { "add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "concat" } do
  mt["__" .. name] = function(a, b) return name .. "(" .. tostring(raw(a)) .. "," .. tostring(raw(b)) .. ")" end
end
for _, name in ipairs { "unm", "bnot", "len" } do mt["__" .. name] = function(a, b) return name .. "(" .. tostring(raw(a)) .. "," .. tostring(rawequal(a, b)) .. ")" end end
mt.__eq = function(a, b) log[#log + 1] = "eq" return raw(a) == raw(b) end
mt.__lt = function(a, b) log[#log + 1] = "lt" return raw(a) < raw(b) end
mt.__le = function(a, b) log[#log + 1] = "le" return raw(a) <= raw(b) end
mt.__call = function(self, ...) return "called", raw(self), select("#", ...), ... end
mt.__tostring = function(self) return "box " .. tostring(raw(self)) end
mt.__name = "Box"
mt.__close = function(self, e) log[#log + 1] = "close " .. tostring(raw(self)) .. tostring(e) end
local a, b = box(1), box(2)
print(a + b, a + 1, 1 + a, a - b, 2 - a, a * b, a * 3, a / b, 1 / a, a % b, 5 % a, a ^ b, 2 ^ a, a // b, 7 // a, a & b, a & 1, 1 & a, a | b, 1 | a, a ~ b, 3 ~ a, a << b, a << 1, 1 << a, a >> b, a >> 1, 1 >> a, a .. b, a .. "s", "s" .. a, 1 .. a, a .. 1 .. 2, 1 .. 2 .. a, -a, ~a, #a)
print(a + 1.5, 1.5 + a, a - 100000, a & 1.5, a .. nil, nil .. a, a + {}, "x" + a, a + "x", "10" + a, a | "x", "x" & a, a << "1")
print(a == b, a ~= b, a == box(1), a == 1, 1 == a, a == a, a < b, a <= b, a > b, a >= b, a < 5, 0 < a, a <= 1, 1 >= a, a > 1.5, 0.5 <= a, not (a < b), table.concat(log, " ")) log = {}
try(function() return a < "x" end) try(function() return a < {} end) try(function() return {} < a end) try(function() return {} == a end)
print(a(), a(1, nil, nil), a(a), pcall(a, 5), select("#", a(nil))) print(tostring(a), #tostring(b))
do local c <close> = box("c") local d <close> = box("d") end print(table.concat(log, " ")) log = {}
-- __index and __newindex: functions, tables, chains
local chain = setmetatable({}, { __index = setmetatable({ one = 1 }, { __index = setmetatable({ two = 2 }, { __index = function(t, k) return k .. "!" end }) }) })
print(chain.one, chain.two, chain.three, chain[4], rawget(chain, "one")) chain.one = 10 print(chain.one)
local store = {} local writer = setmetatable({}, { __newindex = store, __index = store }) writer.x = 1 writer[1] = "one" print(rawget(writer, "x"), store.x, writer.x, writer[1])
local deep = setmetatable({}, { __newindex = setmetatable({}, { __newindex = function(t, k, v) rawset(t, k, v .. "?") log[#log + 1] = k end }) }) deep.a = "v" deep.a = "w" print(rawget(deep, "a"), table.concat(log, " ")) log = {}
local counting = setmetatable({}, { __index = function(t, k) local v = k * 2 rawset(t, k, v) return v end }) print(counting[3], counting[3], counting[2.5], rawget(counting, 3))
try(function() local t = setmetatable({}, { __index = 5 }) return t.x end) try(function() local t = setmetatable({}, { __newindex = 5 }) t.x = 1 end) try(function() local t = setmetatable({}, { __index = function() error("idx") end }) return t.x end) try(function() local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x end)
try(function() local t = setmetatable({}, {}) getmetatable(t).__newindex = t t.x = 1 end)
local loop = {} for i = 1, 100 do loop = setmetatable({}, { __index = loop }) end print(loop.x) local far = { v = "far" } for i = 1, 90 do far = setmetatable({}, { __index = far }) end print(far.v)
-- present but nil values, false
local f = setmetatable({ a = false }, { __index = function() return "idx" end }) print(f.a, f.b) f.b = nil print(f.b)
-- __len with library functions
local lying = setmetatable({ 1, 2, 3 }, { __len = function() return 2 end }) print(#lying, table.concat(lying, ","), table.unpack(lying)) table.insert(lying, "x") print(rawget(lying, 3)) try(function() return table.concat(setmetatable({}, { __len = function() return "2" end })) end) try(function() return table.unpack(setmetatable({}, { __len = function() return 1.5 end })) end) try(function() return #setmetatable({}, { __len = function() return "any" end }) end) try(function() return table.unpack(setmetatable({}, { __len = function() return "x" end })) end)
-- __eq only between tables of which one has it; results become booleans
print(setmetatable({}, { __eq = function() return "truthy" end }) == {}, {} == setmetatable({}, { __eq = function() return nil end }), setmetatable({}, { __lt = function() return 1 end }) < 5, setmetatable({}, { __le = function() return nil end }) <= 5, setmetatable({}, { __eq = error }) == 5)
-- __concat in long chains
local c = setmetatable({}, { __concat = function(x, y) local function s(z) return type(z) == "table" and "T" or z end return "[" .. s(x) .. s(y) .. "]" end }) print("a" .. "b" .. c .. "d" .. "e", c .. c, c .. "x" .. c, 1 .. c .. 2 .. 3)
-- __call chains
local callable = setmetatable({}, { __call = setmetatable({}, { __call = function(...) return select("#", ...), type((select(3, ...))) end }) }) print(callable("x")) try(function() local t = setmetatable({}, { __call = 5 }) t() end) local tail = setmetatable({}, { __call = function(self, n) if n == 0 then return "done" end return self(n - 1) end }) print(tail(500))
for k, v in setmetatable({}, { __call = function(_, s, i) i = i + 1 if i <= s then return i, i * i end end }), 3, 0 do print(k, v) end
-- __pairs, __metatable, __tostring, __name
for k, v in pairs(setmetatable({}, { __pairs = function(t) return next, { only = "this" }, nil end })) do print(k, v) end
-- __gc is called, in reverse order of marking
do local order = {} for i = 1, 4 do setmetatable({}, { __gc = function() order[#order + 1] = i end }) end collectgarbage() collectgarbage() print(table.concat(order, " ")) end
do local again = {} local o = setmetatable({}, { __gc = function(self) again[1] = self end }) o = nil collectgarbage() print(type(again[1])) local made setmetatable({}, { __gc = function() made = setmetatable({}, {}) end }) collectgarbage() print(type(made)) setmetatable({}, { __gc = true }) local late = setmetatable({}, {}) getmetatable(late).__gc = function() print("never: set too late") end late = nil collectgarbage() end
-- __mode
do local weak = setmetatable({}, { __mode = "k" }) weak[{}] = 1 local key = {} weak[key] = 2 collectgarbage() local n = 0 for _ in pairs(weak) do n = n + 1 end print(n) local values = setmetatable({ {}, key, "s", 5 }, { __mode = "v" }) collectgarbage() print(values[1], values[2] == key, values[3], values[4]) local eph = setmetatable({}, { __mode = "k" }) local k1 = {} eph[k1] = { k1 } k1 = nil collectgarbage() print(next(eph)) end
-- metamethods that yield: each operator, in expressions, conditions and loops
local y = {} local function yielder(name, result) return function(p, q) coroutine.yield(name) return result end end
for _, name in ipairs { "add", "sub", "mul", "div", "mod", "pow", "idiv", "band", "bor", "bxor", "shl", "shr", "unm", "bnot", "len" } do y["__" .. name] = yielder(name, 7) end
y.__concat = function(p, q) coroutine.yield("concat") return "joined" end y.__index = function(t, k) coroutine.yield("index " .. tostring(k)) return "got " .. tostring(k) end y.__newindex = function(t, k, v) coroutine.yield("newindex " .. tostring(k)) rawset(t, k, v) end y.__call = function(self, x) coroutine.yield("call") return x, x end
y.__eq = function() coroutine.yield("eq") return true end y.__lt = function() coroutine.yield("lt") return false end y.__le = function() coroutine.yield("le") return nil end y.__close = function() coroutine.yield("close") end
local function new() return setmetatable({}, y) end
local co = coroutine.wrap(function()
  local p, q = new(), new()
  print(p + q, p - 1, 2 * p, p / 2, p % 3, p ^ 2, p // 2, p & 1, 1 | p, p ~ q, p << 1, 1 >> p, -p, ~p, #p) print(p + 1, 1 + p, p - 1, p & 255, p << 2, 2 << p, p * 1.5, p >> 1)
  print(p .. q, "a" .. p, p .. "a", "a" .. "b" .. p .. "c" .. "d", p.field, p[1], p[1.5]) p.new = 5 p[1] = 1 print(rawget(p, "new"), rawget(p, 1)) print(p(9), (p(9)))
  if p == q then print("eq") end if p ~= q then print("ne") else print("not ne") end if p < q then print("lt") else print("not lt") end if p <= q then print("le") else print("not le") end if p > 1 then print("gt") else print("not gt") end if p >= 1.0 then print("ge") else print("not ge") end if 1 < p then print("lt1") else print("not lt1") end
  print(p == q, p ~= q, p < q, not (p <= q), p == q and "and" or "or") while p < q do print("never") end
  do local c <close> = new() print("in block") end local n = 0 for i = 1, #p do n = n + i end print(n) for v in new() do print("iter", v) if v == nil or n then break end end
  local t = { p.a, p.b, p + q, [p.c] = p.d } print(t[1], t[2], t[3], t["got c"]) return "end", p.last
end)
local steps = {} while true do local r, last = co() steps[#steps + 1] = tostring(r) if r == "end" then print(last) break end end print(#steps, table.concat(steps, " "))
-- errors in metamethods name the operator or operand
try(function() local u = {} return u + 1 end) try(function() local u = {} return u.a.b end) try(function() return a.v.w.x end) try(function() local u = { x = {} } return -u.x end) try(function() local u = {} return u < u end) try(function() local u = {} return u .. "x" end) try(function() return #nil end) try(function() undefinedglobal() end) try(function() local u = {} u.f() end) try(function() local u = {} u:m() end) try(function() a.b.c = 1 end) try(function() local u = setmetatable({}, { __name = "Typed" }) return u + 1 end) try(function() return setmetatable({}, { __name = "Typed" }) < setmetatable({}, { __name = "Other" }) end) try(function() string.rep(setmetatable({}, { __name = "Typed" })) end)
local inherited = setmetatable({}, { __index = mt }) inherited.__index = inherited local sub = setmetatable({}, inherited) print(pcall(function() return sub + 1 end)) print(rawget(inherited, "__add"))
