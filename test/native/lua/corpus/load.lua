-- load: chunks, environments, messages of the compiler.
print(load("return 1 + 1")()) print(load("syntax error here")) print(load("x =")) print(load("return ...", "chunk")(1, 2))
print(load("error('e')", "=name")) print(pcall(load("error('e')", "=name"))) print(pcall(load("error('e')", "@file.lua"))) print(pcall(load("error('e')", "a string\nwith lines")))
print(pcall(load("error('e')", ("long"):rep(40)))) print(pcall(load("error('e')", "=" .. ("long"):rep(40)))) print(pcall(load("error('e')", "@" .. ("long"):rep(40)))) print(pcall(load("error('e')")))
local env = { print = print }
print(load("x = 5; return x", "c", "t", env)(), env.x, x) print(load("return _ENV", "c", "t", env)() == env)
print(pcall(load("return y.z", "=c", "t", {}))) print(pcall(load("y.z = 1", "=c", "t", {}))) print(pcall(load("y()", "=c", "t", {}))) print(pcall(load("return x", "=c", "t", nil)))
local parts = { "return ", "1", " + ", "41", nil }
local i = 0
print(load(function() i = i + 1; return parts[i] end)())
i = 0 print(load(function() i = i + 1; return ({ "ret", "urn", " 'x'", "" , "never" })[i] end)())
print(load(function() error("reader") end)) print(load(function() return {} end)) print(load(function() error({}) end) == nil)
print(pcall(load)) print(pcall(load, 1)) print(pcall(load, {})) print(load("return 1", "c", "b")) print(load("return 1", "c", "x")) print(pcall(load, "return 1", "c", 5))
local f = load("local a, b = ...; return b, a") print(f(1, 2)) print(f("only"))
print(#string.dump(f) > 0, load(string.dump(f), "d", "b")(3, 4), load(string.dump(f), "d", "t")) print(pcall(string.dump, print)) print(load(string.dump(load("error('x')", "=orig"), true), "d", "b") ~= nil, pcall(load(string.dump(load("local q; q.x = 1", "=orig"), true), "d", "b")))
print(load("\27Lua garbage", "bin", "b")) print(load("\27", "bin"))
local n = 0
local counter = load(string.dump(function() n = n + 1; return n end))
print(pcall(counter))
for _, source in ipairs {
  "x = = 1", "for i = 1 do end", "if x then", "local function end", "return return", "goto nowhere", "::a:: ::a::", "break", "local x <const> = 1; x = 2", "local x <unknown> = 1",
  "x = 'unfinished", "x = [[unfinished", "--[[unfinished", "x = '\\q'", "x = '\\300'", "x = '\\u{110000000}'", "x = '\\x4'", "x = '\\u{zz}'", "x = 1e", "x = 0x", "x = 3in", "a.b:c = 1", "f() = 1", "(a) = 1", "a, f() = 1, 2",
  "local a <close>, b <close> = 1, 2", "return 1,", "x = }", "x = {1, 2", "local function f(a, ..., b) end", "x = ...", "function f() return ... end", "for a, b in pairs do x", "repeat until", "while true do", "do goto l1 end; local a; ::l1:: print(a)",
  "goto l1; local a; ::l1:: print(a)", "goto l1; local a; ::l1::", "x = @", "x = a..", "x = not", "x = #", "x = 1 .. 2", "x = ~= 1", "local t = {} t.1 = 2", "and", "x = '\n'", "local 1 = 2", "local a.b = 1", "function 1() end", "function a.b:c.d() end",
  "x = \"\\z", "x = '\\", ("("):rep(300) .. "1" .. (")"):rep(300), "return " .. ("{"):rep(250) .. ("}"):rep(250), "local " .. ("a,"):rep(201) .. "b", "::x:: goto x", "x = \1", "x = 'a\0b' y", "x = 'é' é",
  "local a <const> = 5; local function f() a = 6 end", "for i = 1, 2 do local i <const> = i; i = 3 end", "x = 5 y = 6 z", "return function() return function() x y end end", "if a then elseif else end end", ";;;", "local a <close> = 1 return a", "x = 0xep1 + 0x.8",
} do
  local f, message = load(source, "=s")
  print(f ~= nil, message)
end
local many = {}
for k = 1, 256 do many[k] = "local v" .. k .. " = " .. k end
print(load(table.concat(many, "\n"), "=many"))
local up = {}
for k = 1, 150 do up[k] = "local u" .. k .. " = " .. k end
up[#up + 1] = "return function() local s = 0"
for k = 1, 150 do up[#up + 1] = "s = s + u" .. k end
up[#up + 1] = "return s end"
print(load(table.concat(up, "\n"))()())
local constants = { "local t = {" }
for k = 1, 5000 do constants[#constants + 1] = ("%d.5, 'k%d',"):format(k, k) end
constants[#constants + 1] = "} return #t, t[9999], t[10000]"
print(load(table.concat(constants))())
local long = { "local x = 0" }
for k = 1, 3000 do long[#long + 1] = ("if x == %d then x = x + 1 end"):format(k - 1) end
long[#long + 1] = "for i = 1, 3 do x = x + i end return x"
print(load(table.concat(long, "\n"))())
x = 10
print(load("x = x + 1; return x")(), x)
local _ENV = { print = print, load = load }
y = 3
print(y, load("return y")())
