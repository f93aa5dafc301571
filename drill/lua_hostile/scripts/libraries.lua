--@ script pattern-exponential ends too many steps
local n = 40
return string.find(string.rep("a", n), string.rep("a?", n) .. string.rep("a", n))
--@ script pattern-exponential-in-pcall ends too many steps
local n = 40
while true do pcall(string.find, string.rep("a", n), string.rep("a?", n) .. string.rep("a", n)) end
--@ script pattern-square held
return string.find(string.rep("a", 250000), ".-b")
--@ script pattern-square-in-pcall held
local s = string.rep("a", 250000)
while true do pcall(string.find, s, ".-b") end
--@ script pattern-captures held
local s = string.rep("a", 300000)
while true do pcall(string.find, s, string.rep("(a*", 30) .. string.rep(")", 30) .. "b") end
--@ script pattern-gmatch held
local s = string.rep("a", 250000)
while true do for _ in string.gmatch(s, "a-b") do end end
--@ script pattern-balanced held
local s = string.rep("(", 250000)
while true do pcall(string.gsub, s, "%b()", "") end
--@ script pattern-frontier held
local s = string.rep(" ", 1000000)
while true do pcall(string.gsub, s, "%f[%w]", "") end
--@ script plain-find held
local s, w = string.rep("a", 1000000), string.rep("a", 1000) .. "b"
while true do s:find(w, 1, true) end
--@ script move-giant held
table.move({}, 1, 1e9, 2)
--@ script move-in-pcall held
while true do pcall(table.move, {}, 1, 1e9, 2) end
--@ script concat-giant ends not enough memory|took too long
return table.concat(setmetatable({}, { __index = function() return "x" end }), ",", 1, 1e9)
--@ script insert-giant held
local t = setmetatable({}, { __len = function() return 1 << 40 end })
table.insert(t, 1, "x")
--@ script remove-giant held
local t = setmetatable({}, { __len = function() return 1 << 40 end })
table.remove(t, 1)
--@ script sort-giant held
local t = setmetatable({}, { __len = function() return 1e9 // 1 end, __index = function(_, i) return -i end })
while true do pcall(table.sort, t) end
--@ script unpack-giant ends too many results
return table.unpack({}, 1, 1e7)
--@ script unpack-often held
local t = {}
for i = 1, 200 do t[i] = i end
while true do pcall(table.unpack, t, 1, 900000) end
--@ script pack-often held
while true do pcall(function() return table.pack(table.unpack({}, 1, 200000)) end) end
--@ script next-over-emptied held
local t = {}
for i = 1, 200000 do t["k" .. i] = 1 end
for k in next, t do t[k] = nil end
while true do next(t) end
--@ script length-of-holes held
local t = {}
for i = 1, 500000 do t[i] = 1 end
for i = 500000, 2, -1 do t[i] = nil end
while true do local _ = #t end
--@ script format-wide held
while true do pcall(string.format, string.rep("%99.99f", 200), table.unpack((function()
  local t = {}
  for i = 1, 200 do t[i] = 1e300 end
  return t
end)())) end
--@ script string-methods held
local s = string.rep("x", 4000000)
while true do
  local _ = s:upper() local _ = s:reverse() local _ = s:byte(-1)
end
--@ script string-compare held
local a, b = string.rep("x", 4000000) .. "a", string.rep("x", 4000000) .. "b"
while true do local _ = a < b local _ = a == b end
--@ script string-pack held
local s = string.rep("x", 4000000)
while true do pcall(string.pack, "s4z", s, s) end
--@ script utf8-long held
local s = string.rep("é", 1000000)
while true do pcall(utf8.len, s) pcall(utf8.codepoint, s, 1, -1) pcall(utf8.offset, s, 900000) end
--@ script tonumber-long held
local s = string.rep("1", 200) .. string.rep(" ", 4000000)
while true do tonumber(s) tonumber(s, 10) end
--@ script unique-keys-from-one-hash held
local t = {}
for i = 1, 100000 do t[i * 2 ^ 40] = i end
while true do for i = 1, 1000 do local _ = t[i * 2 ^ 41] end end
