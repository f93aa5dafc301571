-- The string library, without patterns and formats.
local function try(f, ...) print(pcall(f, ...)) end
local s = "hello world"
for i = -13, 13, 3 do for j = -13, 13, 4 do print(i, j, s:sub(i, j), ("").sub("", i, j), s:byte(i, j)) end end
print(s:sub(2), s:sub(-3), s:sub(0), s:sub(math.mininteger, math.maxinteger), s:sub(math.maxinteger), s:sub("2", "3"), s:sub(2.0, 3.0)) try(s.sub, s, 1.5) try(s.sub, s) try(string.sub) try(s.sub, s, "x") try(s.sub, s, {})
print(#s, s:len(), s:upper(), s:lower(), s:reverse(), (""):reverse(), ("a\0b"):upper(), #"a\0b", ("ÀÉ"):upper(), ("ÀÉ"):lower())
print(s:byte(), s:byte(100), s:byte(-1), (""):byte(), ("\255\0\1"):byte(1, -1)) print(string.char(), string.char(72, 105, 0, 255):byte(1, -1)) try(string.char, 256) try(string.char, -1) try(string.char, "x") print(string.char("65", 66.0))
print(("ab"):rep(3), ("ab"):rep(0), ("ab"):rep(-1), ("ab"):rep(3, ","), ("ab"):rep(1, ","), (""):rep(5), (""):rep(3, "-"), ("x"):rep(2, ""), #("abc"):rep(1000, "--"), #("x"):rep(100000)) try(string.rep, "x", 1 << 40) try(string.rep, "ab", math.maxinteger) try(string.rep, "x", 1 << 31) try(string.rep) try(string.rep, "x", "y")
print(s:find("wor"), s:find("o", 6), s:find("o", -4), s:find("xyz"), s:find(""), s:find("", 12), s:find("", 13), s:find("l", 1, true), s:find(".", 1, true), s:find("o w", 1, true), s:find("", 1, true), s:find("", 100, true), s:find("h", -100)) try(s.find, s) try(s.find, s, {}) try(s.find, s, "a", "b") print(("a+b"):find("+", 1, true), ("a+b"):find("a+b"), ("a\0b"):find("\0"), ("a\0b"):find("b"), ("aXb"):find("b", 3), ("a"):find("a", 2), ("aaab"):find("aab", 1, true))
print(("x"):rep(3) .. 1 .. 2.0, "a" .. "b" .. "c" == "abc", 1 .. "", ("%d"):rep(2):format(1, 2)) try(function() return "a" .. {} end) try(function() return "a" .. nil end) try(function() local t = {}; return t .. "x" end) try(function() local t = { f = true }; return "x" .. t.f end) try(function() return print .. "x" end)
print("\65\066\x43\u{44}\z
       E\n\t\\\"\'\a\b\f\v\r" == "ABCDE\n\t\\\"'\7\8\12\11\13", '\u{7FFFFFFF}' == "\xFD\xBF\xBF\xBF\xBF\xBF", #"\u{10FFFF}", [[
first newline dropped]], [==[a]]b]=]c]==], "a\
b")
print(("abc" < "abd"), ("a"):len(), ("x").len("four"), ("%5s|%-5s|"):format("a", "b"), #s, -"3" + 1, ("5"):rep(2) + 1)
print(s[1], s.len == string.len, ("x").y) try(function() s.x = 1 end) try(function() return s.x.y end) try(function() return (1).x end) try(function() return ("x"):nomethod() end) try(function() return s:bad() end)
print(tostring(12):rep(2), ("x"):rep(40):len(), ("k"):rep(41) == ("k"):rep(41), ({ [("k"):rep(41)] = "long key" })[("k"):rep(41)], ({ [("k"):rep(40)] = "short key" })[("k"):rep(20) .. ("k"):rep(20)])
print(string.len("\0\0\0"), #"\u{0}", "a\0b" == "a\0c", ("a\0b"):rep(2):byte(1, -1))
local parts = {} for i = 1, 300 do parts[i] = string.char(i % 256) end
local all = table.concat(parts) print(#all, all:byte(255, 257), all:upper():byte(97, 100), all:lower():byte(65, 68), all:reverse():byte(1, 3))
print(("x"):rep(10, ("y"):rep(50)):len(), ("ab"):rep(7, "c"), ("z"):rep(16), ("z"):rep(17, "-"))
local built = "" for i = 1, 200 do built = built .. i end print(#built, built:sub(-10))
local a1, b1, c1, d1 = "a", 1, 2.5, "d" print(a1 .. b1 .. c1 .. d1, b1 .. c1, (a1 .. b1) .. (c1 .. d1))
print(string.format("%s %s", 1, 2.0), ("x"):format(), string.len(5), string.rep(5, 2), string.upper(1e15), string.reverse(123), string.sub(12345, 2, 3), string.byte(9))
