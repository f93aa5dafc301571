-- Patterns: find, match, gmatch, gsub.
local function try(f, ...) print(pcall(f, ...)) end
local all = {} for i = 0, 255 do all[#all + 1] = string.char(i) end all = table.concat(all)
for class in ("acdglpsuwx"):gmatch(".") do
  for _, c in ipairs { class, class:upper() } do
    local hits = {} for p in all:gmatch("()%" .. c) do hits[#hits + 1] = p - 1 end
    print(c, #hits, table.concat(hits, ","))
  end
end
local cases = {
  { "hello world", "o" }, { "hello world", "l+" }, { "hello world", "(h)(e)(l+)" }, { "hello", "^h" }, { "hello", "^e" }, { "hello", "o$" }, { "hello", "l$" }, { "a$b", "a$b" }, { "a^b", "a^b" }, { "hello", "" }, { "", "" }, { "", "^$" }, { "x", "^x$" },
  { "key = value", "^(%w+)%s*=%s*(%w+)$" }, { "  trim  ", "^%s*(.-)%s*$" }, { "f(a(b)c)d", "%b()" }, { "f(a(b", "%b()" }, { "[[x]]", "%b[]" }, { "THE (quick) fox", "%f[%a]%a+" }, { "THE (quick) fox", "%f[%l]%l+" }, { "x", "%f[%z]" }, { "aXb", "%f[%u]" },
  { "2024-01-15", "(%d+)-(%d+)-(%d+)" }, { "abcabc", "(abc)%1" }, { "abcabd", "(abc)%1" }, { "\"q\" 'r'", "([\"'])(.-)%1" }, { "aaa", "a-" }, { "aaa", "a-$" }, { "aaab", "a-b" }, { "aaa", "a?a?a?a?" }, { "xyz", "()y()" }, { "a.b", "a%.b" }, { "a-b", "a%-b" }, { "a]b", "[]]" }, { "a-b", "[a-]" }, { "a^b", "[%^x]" }, { "b", "[^a]" }, { "\0x", "%z" }, { "a\0b", "[%z]" }, { "a\0b", "a\0b" },
  { "abc", "[a-c]+" }, { "ABC", "[a-c]+" }, { "a1_", "[%w_]+" }, { "a1_", "[^%w]" }, { "x]", "[x%]]+" }, { "az", "[a-]z" }, { "0x1F", "^0[xX](%x+)$" }, { "ééé", "[é]+" }, { "a\nb", "a.b" }, { "(((a)))", "((%()(%())" }, { "one;two;;four", "([^;]*)" }, { "aXbXc", "(.-)X" }, { "aaaaaaaaaaaaaaaaaaaaab", "a*b" }, { "%d", "%%d" }, { "a", ".-b" }, { "[]", "[[]" }, { "--x", "^%-%-" }, { "ab12", "%a+%d+()" }, { "x=1, y=2", "(%w+)=(%w+)" },
}
for _, case in ipairs(cases) do
  local s, p = case[1], case[2]
  print(p, s:find(p)) print(s:match(p)) print(s:find(p, 2)) print(s:match(p, -2))
  local got = {} for a, b in s:gmatch(p) do got[#got + 1] = tostring(a) .. "/" .. tostring(b) end
  print(table.concat(got, " ")) print(s:gsub(p, "<%0>")) print(s:gsub(p, "-", 1)) print(s:gsub(p, { l = "L", a = 1, hello = false, x = 2.5 })) print(s:gsub(p, function(a, b) return b end)) print(pcall(string.gsub, s, p, "%1%%"))
end
for _, bad in ipairs { "%", "[", "[^", "[a", "(", ")", "(()", "%b", "%bx", "%f", "%fx", "%1", "(%1)", "[%", "[a-", "[]", "[^]", "a(b", "%9", "x)", ("("):rep(33), ("(a)"):rep(33), "(()())%4" } do
  try(string.find, "abc", bad) try(string.match, "", bad) try(string.gsub, "abc", bad, "") try(function() for _ in ("abc"):gmatch(bad) do end end)
end
try(string.gsub, "abc", "b", "%2") try(string.gsub, "abc", "b", "%") try(string.gsub, "abc", "b", "%x") try(string.gsub, "abc", "b", "%%") try(string.gsub, "abc", "(b)", "%1%1%0") try(string.gsub, "abc", "b", true) try(string.gsub, "abc", "b") try(string.gsub, "abc") try(string.gsub, "abc", "b", print) try(string.gsub, "abc", "b", function() return {} end) try(string.gsub, "abc", "b", { b = {} }) try(string.gsub, "abc", "b", { b = true }) try(string.gsub, "abc", "b", "x", "y") try(string.gsub, "abc", "b", function() error("inside") end) try(string.gsub, "abc", "b", function() error({}) end)
print(("abc"):gsub("", "-"), ("abc"):gsub(".", "%0%0"), ("abc"):gsub("%w", "%%"), ("hello world"):gsub("o", "0", 1), ("hello"):gsub("l", "L", 0), ("hello"):gsub("l", "L", -1), ("hello"):gsub("l", "L", 100), ("abc"):gsub("^", "x"), ("abc"):gsub("$", "x"), ("abc"):gsub("^a", "x"), ("aaa"):gsub("^a", "x"), (""):gsub("", "x"), (""):gsub("x", "y"), ("abc"):gsub("b", 5), ("abc"):gsub("b", 5.5))
print(("abc"):gsub("%w", { a = "1", b = true and "2" }), ("abc"):gsub("(a)(b)", function(a, b) return b .. a end), ("$name is $age"):gsub("%$(%w+)", { name = "Bob", age = 42 }), ("abc"):gsub("b", function() return nil end), ("abc"):gsub("b", function() return false end), ("abc"):gsub("b", function() end), ("abc"):gsub("()", function(p) return p end))
print(("x"):rep(50):gsub("x", function(c) return c .. "y" end)) print(#(("x"):rep(3000):gsub("x", "yz"))) print(#(("x"):rep(3000):gsub("x", function() return "abc" end)), select(2, ("x y z"):gsub("%s", "")))
print(("abc"):gsub("%w", setmetatable({}, { __index = function(_, k) return k:upper() end }))) print(pcall(string.gsub, "abc", "%w", setmetatable({}, { __index = function() error("index") end })))
print(("one two"):gmatch("%a+")()) local it = ("a b c"):gmatch("%a") print(it(), it(), it(), it(), it()) for w in ("a b c"):gmatch("%a", 3) do print(w) end for w in ("a b c"):gmatch("%a", -1) do print(w) end for w in ("abc"):gmatch("%a", 10) do print("no") end for k, v in ("a=1,b=2"):gmatch("(%w)=(%w)") do print(k, v) end for p in ("abc"):gmatch("()") do print(p) end for w in ("abc"):gmatch("^a") do print("anchor", w) end for x in ("aab"):gmatch("a-") do print("empty", #x) end try(string.gmatch, "x") try(string.gmatch)
print(("x"):match("(x)()(y?)"), ("abc"):match("((a)(b))"), ("abc"):match(".", -1), ("abc"):match("b", 3), ("abc"):match("c$", 3), ("abc"):match("^b", 2), ("abc"):match("", 4), ("abc"):match("", 5), ("  x"):match("^%s+()"), ("a,b,,c"):gsub(",", ";"))
print(pcall(string.rep, "x", -5), ("a"):rep(300):find(".-b")) print(pcall(string.match, ("a"):rep(300), ("a?"):rep(300) .. ("a"):rep(3)) ) print(pcall(string.find, ("("):rep(200000), ("%("):rep(100))) try(string.match, ("x"):rep(300), ("(x"):rep(40)) print((("a"):rep(10) .. "b"):match(("a-"):rep(5) .. "b")) print(#(("ab"):rep(500):match("^(ab)*") or "")) print(("ab"):rep(220):match("^" .. ("ab"):rep(220) .. "$") ~= nil, pcall(string.match, ("a"):rep(250), ("(a?"):rep(20) .. (")"):rep(20)))
local text = "The quick brown fox jumps over the lazy dog. " local words = {} for w in text:rep(20):lower():gmatch("%a+") do words[w] = (words[w] or 0) + 1 end local list = {} for w, n in pairs(words) do list[#list + 1] = w .. n end table.sort(list) print(table.concat(list, " "))
local depth = 0 print(("abcabc"):gsub("%w", function(c) depth = depth + 1 local inner = (c:rep(3)):gsub("%w", function(d) return d .. depth end) return inner end))
print(pcall(string.gsub, "abc", "%w", function(c) if c == "b" then error("at b", 0) end return c end)) print(pcall(string.gsub, "abc", "%w", function(c) if c == "b" then local x = nil; return x.y end end))
local co = coroutine.wrap(function() return ("abc"):find("b", 1) end) print(co())
print(("key: value"):match("^(%w+):%s*(.+)$"), ("/path/to/file.txt"):match("([^/]+)%.(%w+)$"), ("  a  b  "):gsub("%s+", " "), ("CamelCaseString"):gsub("(%u)", " %1"), ("1234567"):reverse():gsub("(%d%d%d)", "%1,"):reverse(), ("%41%42"):gsub("%%(%x%x)", function(h) return string.char(tonumber(h, 16)) end))
