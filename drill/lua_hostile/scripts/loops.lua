--@ script loop held
while true do end
--@ script loop-in-pcall held
while true do pcall(function() while true do end end) end
--@ script loop-in-coroutines held
local function nest(depth)
  if depth == 0 then while true do end end
  coroutine.wrap(nest)(depth - 1)
end
nest(20)
--@ script loop-in-index held
local t = setmetatable({}, { __index = function() while true do end end })
while true do pcall(function() return t.x end) end
--@ script loop-in-arithmetic held
local t = setmetatable({}, { __add = function() while true do end end, __lt = function() while true do end end })
while true do pcall(function() return t + t < t end) end
--@ script loop-in-close held
local t = setmetatable({}, { __close = function() while true do end end })
while true do pcall(function() local x <close> = t error("out") end) end
--@ script loop-in-gc ends took too long
while true do setmetatable({}, { __gc = function() while true do end end }) end
--@ script loop-in-gc-after-doom ends took too long
for i = 1, 1000 do
  setmetatable({}, { __gc = function() while true do pcall(function() while true do end end) end end })
end
local garbage
while true do garbage = {} end
--@ script many-slow-finalizers held
local function slow() for i = 1, 20000 do end end
while true do
  setmetatable({}, { __gc = slow })
end
--@ script loop-in-gsub held
string.gsub("aaaa", "a", function() while true do end end)
--@ script loop-in-sort held
table.sort({ 3, 2, 1 }, function() while true do end end)
--@ script loop-in-xpcall-handler held
while true do xpcall(error, function() while true do end end) end
--@ script loop-in-tostring ends took too long
while true do pcall(tostring, setmetatable({}, { __tostring = function() while true do end end })) end
--@ script loop-in-spawned-coroutines held
for i = 1, 100 do coroutine.spawn(function() while true do end end) end
while true do end
--@ script endless-goto held
::again:: goto again
--@ script straight-line held
-- Few jumps, much between them.
local s = string.rep("x", 200)
while true do
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
  s = s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200) .. "y" .. s:sub(1, 200)
end
