-- Integers and floats: overflow, division, shifts, conversions, comparisons.
local max, min, huge = math.maxinteger, math.mininteger, math.huge
local function try(f, ...) print(pcall(f, ...)) end
local values = { 0, 1, -1, 2, -2, 3, 7, -7, 63, 64, -64, max, min, max - 1, min + 1, 0.0, -0.0, 0.5, -0.5, 1.5, -2.5, 3.0, 2 ^ 31, 2 ^ 53, 2 ^ 53 + 1, 2 ^ 62, 2 ^ 63, -2 ^ 63, 2 ^ 64, 1e15, 1e16, 1e100, 1e308, 5e-324, huge, -huge, 0 / 0,
  "10", "0x10", "3.5", "-7", "abc", "", " 5 ", "1e1", "9223372036854775808" }
local operators = {
  ["+"] = function(a, b) return a + b end, ["-"] = function(a, b) return a - b end, ["*"] = function(a, b) return a * b end, ["/"] = function(a, b) return a / b end,
  ["//"] = function(a, b) return a // b end, ["%"] = function(a, b) return a % b end, ["&"] = function(a, b) return a & b end, ["|"] = function(a, b) return a | b end,
  ["~"] = function(a, b) return a ~ b end, ["<<"] = function(a, b) return a << b end, [">>"] = function(a, b) return a >> b end, [".."] = function(a, b) return a .. b end,
  ["<"] = function(a, b) return a < b end, ["<="] = function(a, b) return a <= b end, ["=="] = function(a, b) return a == b end,
}
local names = {}
for name in pairs(operators) do names[#names + 1] = name end
table.sort(names)
for _, name in ipairs(names) do
  for _, a in ipairs(values) do
    local line = { name, tostring(a) }
    for _, b in ipairs(values) do
      local ok, r = pcall(operators[name], a, b)
      line[#line + 1] = ok and tostring(r) .. (math.type(r) or ""):sub(1, 1) or tostring(r):gsub("^script:%d+: ", "")
    end
    print(table.concat(line, " "))
  end
end
for _, a in ipairs(values) do
  print(a, pcall(function() return -a end)) print(a, pcall(function() return ~a end)) print(a, pcall(function() return not a end)) print(a, pcall(function() return #a end))
  print(a, math.tointeger(a), math.type(a), pcall(string.format, "%d", a)) print(a, pcall(function() for i = a, 1 do return i end end)) print(a, pcall(function() return ({ [2] = "two", [7] = "seven" })[a] end))
end
print(max + 1 == min, min - 1 == max, max * 2, min * -1, -min, min // -1, min % -1, max // 1, math.abs(min), 5 // 0.0, -5 // 0.0, 0 // 0.0, 5 % huge, -5 % huge, 5 % -huge, -5 % -huge)
try(function() return 1 // 0 end) try(function() return 1 % 0 end) try(function() local z = 0; return 7 // z end) try(function() local z = 0; return 7 % z end) print(1 / 0, -1 / 0, 1 % 0.0 ~= 1 % 0.0)
print(7 // 2, -7 // 2, 7 // -2, -7 // -2, 7 % 3, -7 % 3, 7 % -3, -7 % -3, 7.5 // 2, -7.5 // 2, 7.5 % 2, -7.5 % 2, 7.5 % -2, 5.3 % 0.1 < 0.1)
print(1 << 63, 1 << 64, 1 << 62, -1 >> 1, -1 >> 63, -1 >> 64, 1 << -1, 2 >> -1, 1 << max, 1 >> min, 1 << min, 3.0 << 2, ~0, ~5.0)
try(function() return "3" << 1 end) try(function() local s = "3"; return s << 1, s | s, ~s end) try(function() return 1.5 & 1 end) try(function() return "1.5" & 1 end) try(function() return 2 ^ 63 | 0 end) try(function() return huge | 0 end) try(function() return 1 & {} end) try(function() return "a" | 1 end) try(function() local s = "b"; return s ~ 1 end)
print(1 == 1.0, max == max + 0.0, max + 0.0 == 2 ^ 63, max < max + 0.0, min == -2 ^ 63, min <= -2 ^ 63, max < huge, min > -huge, 2 ^ 53 == 2 ^ 53 + 1, (2 ^ 53 | 0) + 1 == 2 ^ 53 + 1, 1 < 1.5, 2 > 1.5, -1 < -0.5, 0 == -0.0, 1 / 0.0 == 1 / -0.0)
print("a" < "b", "a" < "B", "" < "a", "a\0b" < "a\0c", "a" < "a\0", "10" < "9", "Z" < "a", "\xff" > "a", "é" > "z") try(function() return 1 < "2" end) try(function() return {} < {} end) try(function() return nil < 1 end) try(function() return "a" < 1 end) try(function() return true <= false end)
print(2 ^ 2, 2 ^ 0.5 == math.sqrt(2), (-2) ^ 2, -2 ^ 2, (-8) ^ (1 / 3) ~= (-8) ^ (1 / 3), 0 ^ 0, 2 ^ -1, 2 ^ 1023, 2 ^ 1024, "2" ^ "3")
print(10 / 2, 3 / 2, 1e15, 1e14, 123456.789e3, 0x7fffffffffffffff, 0xffffffffffffffff, 0x1p4, 1e-5, 100000000000000, 1e300 * 1e10, 0.1 + 0.2, 100 * 1.1, 3 | 0, 3.0 | 0)
print("10" + 5, "0x10" + 0, "10" * "2", "3.0" + 1, " 7 " - 2, 10 .. 20, 1.5 .. "", -0.0 .. "", "5" // 2, "5" % "3", -"2", "0xffffffffffffffff" + 0, "9223372036854775808" + 0, "1e2" + 0) try(function() return "abc" + 1 end) try(function() return {} + 1 end) try(function() return "10" + {} end)
print(math.tointeger(3.0), math.tointeger(3.5), math.tointeger("8"), math.tointeger(2 ^ 63), math.tointeger({}), math.ult(1, -1), math.ult(-1, 1), math.type(1), math.type(1.0), math.type("1")) try(math.type) try(math.ult, 1.5, 2) try(math.tointeger)
for _, v in ipairs { 0.5, -0.5, 1.5, 2.5, -1.5, 1e20, -1e20, huge, -huge, 3, -3, max, min, 2 ^ 62 + 0.0 } do print(v, math.floor(v), math.ceil(v), math.abs(v), math.modf(v)) print(v, math.fmod(v, 2), math.fmod(v, -3), math.fmod(v, 1.5), math.sqrt(math.abs(v)) >= 0, math.max(v, 1), math.min(v, 1)) end
try(math.fmod, 1, 0) print(math.fmod(1, 0.0) ~= math.fmod(1, 0.0), math.fmod(min, -1), math.fmod(-6, 4), math.fmod(6, -4), math.fmod(-6.5, 4)) try(math.floor, "x") try(math.floor, {}) try(math.floor) print(math.floor("3.7"), math.max(1, 2.5, -1), math.min(3, 1.0, 1), math.max(5)) try(math.max) try(math.min)
for _, f in ipairs { "sin", "cos", "tan", "exp", "asin", "acos", "atan" } do print(f, ("%.10g %.10g %.10g"):format(math[f](0.5), math[f](-0.25), math[f](1))) end
print(("%.10g %.10g %.10g %.10g %.10g"):format(math.log(10), math.log(8, 2), math.log(1000, 10), math.log(5, 3), math.atan(1, -1)), math.log(0), math.exp(0), math.pi, math.deg(math.pi), math.rad(180), math.log(1024, 2), math.log(100, 10))
math.randomseed(42) for _ = 1, 5 do print(math.random(), math.random(10), math.random(-5, 5), math.random(0), math.random(max), math.random(min, max), math.random(1, 1)) end
math.randomseed(123, 456) print(math.random(1 << 40), math.random(3, 1 << 62)) math.randomseed(1.0) print(math.random(100)) try(math.random, 0, -1) try(math.random, 5, 1) try(math.random, 1, 2, 3) try(math.random, 1.5) try(math.randomseed, 1.5) try(math.randomseed, "x")
for i = max - 2, max do io = i end print(io) for i = min + 2, min, -1 do io = i end print(io) for i = 1, 3.5 do print(i) end for i = 1.0, 2 do print(i) end for i = 3, 1, -1 do print(i) end for i = 1, 0 do print("no") end for i = 0.1, 0.5, 0.1 do print(i) end for i = max, max + 1.0 do print(i) break end
for i = 1, huge do if i > 3 then break end print(i) end for i = -1, -huge, -1 do if i < -3 then break end print(i) end for i = 1, -huge do print("no") end for i = max - 1, huge do print(i) end for i = 1, 10, max do print(i) end for i = min, max, max do print(i) end for i = 1, 3, "1" == 1 and 1 or 2 do print(i) end
try(function() for i = 1, 10, 0 do end end) try(function() for i = 1.0, 10, 0 do end end) try(function() for i = "1", 2 do end end) try(function() for i = 1, "2" do end end) try(function() for i = 1, 2, {} do end end) try(function() for i = nil, 2 do end end) try(function() for i = 1, 0 / 0 do print("nan") end end)
for i = 3, 1 do print("no") end for i = 1, 3 do local j = i; i = 10; print(i, j) end
print(1e308 * 10 == huge, -1e308 * 10 == -huge, 2 ^ 1074 ~= 0, 5e-324 / 2, 1 // 1e-320 > 0, 1e15 + 0.5, 2 ^ 63 == max + 1.0, max // 1 | 0, (max + 0.0) // 1)
local t = {} t[1] = "int" t[1.0] = "float" t[2 ^ 53] = "big" print(t[1], #t, t[2 ^ 53 | 0], next({ [3.0] = 1 })) try(function() t[0 / 0] = 1 end) try(function() t[nil] = 1 end) print(t[nil], t[0 / 0], t["1"])
