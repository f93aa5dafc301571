--@ script table-bomb ends not enough memory
local t = {}
while true do t[#t + 1] = {} end
--@ script table-bomb-in-pcall held
-- Whoever lets go of what it took may go on.
while true do
  pcall(function()
    local t = {}
    while true do t[#t + 1] = { 1, 2, 3 } end
  end)
end
--@ script kept-table-bomb-in-pcall held
local t = {}
while true do pcall(function() while true do t[#t + 1] = { 1, 2, 3 } end end) end
--@ script rep-bomb ends not enough memory
return string.rep("x", 1e9)
--@ script rep-bomb-in-pcall held
while true do pcall(string.rep, "x", 1e9) end
--@ script rep-almost-all held
while true do pcall(string.rep, "x", 12e6) end
--@ script concat-bomb ends not enough memory
local s = "x"
while true do s = s .. s end
--@ script concat-bomb-in-pcall held
local s = string.rep("x", 4e6)
while true do pcall(function() return s .. s .. "y" end) end
--@ script slow-concat held
local s = string.rep("x", 1e6)
while true do s = s:sub(2) .. "y" end
--@ script small-strings ends not enough memory
local t = {}
for i = 1, math.huge do t[i] = "string " .. i end
--@ script garbage-strings held
for i = 1, math.huge do local s = "string " .. i end
--@ script deep-recursion ends stack overflow|not enough memory
local function f() return 1 + f() end
f()
--@ script deep-recursion-in-pcall held
local function f() return 1 + f() end
while true do pcall(f) end
--@ script deep-c-recursion held
while true do
  pcall(function()
    local function f() return (string.gsub("a", "a", f)) end
    f()
  end)
end
--@ script huge-rehash held
local t = {}
for i = 1, 200000 do t["k" .. i % 5000 + i % 3] = i end
while true do
  local u = {}
  for i = 1, 130000 do u[i * 1.5] = true end
end
--@ script rehash-of-a-large-table ends not enough memory
local t = {}
for i = 1, math.huge do t[-i] = i end
--@ script rehash-at-each-write held
-- A full table in which one key goes and another comes.
local t, n = {}, 1 << 16
for i = 1, n do t["k" .. i] = true end
for i = 1, math.huge do
  t["k" .. i] = nil
  t["k" .. i + n] = true
end
--@ script live-heap-and-garbage held
local keep = {}
for i = 1, 60000 do keep[i] = { i } end
while true do local t = { {}, {}, {} } end
--@ script one-size-after-the-other held
-- What one size took must serve the next.
while true do
  for size = 1, 1000, 16 do
    local t = {}
    pcall(function() for i = 1, math.huge do t[i] = string.rep("x", size) .. i end end)
  end
end
--@ script weak-tables held
local keep = {}
for i = 1, 20000 do keep[i] = setmetatable({ [{}] = {} }, { __mode = "k" }) end
while true do local _ = {} end
--@ script huge-upvalues ends not enough memory
local keep = {}
while true do
  local a, b, c = {}, {}, {}
  keep = { keep, function() return a, b, c end }
end
