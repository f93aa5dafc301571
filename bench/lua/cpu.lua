-- Work of the processor, each as a function of how much: the same file in a lane and in Lua's own binary.
local suite = {}

local function scaled(n, scale) return math.max(1, math.floor(n * scale)) end

function suite.calls(scale)
  local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
  for _ = 1, scaled(20, scale) do fib(25) end
end

function suite.floats(scale)
  local x, y, vx, vy = 1.0, 0.0, 0.0, 1.0
  for _ = 1, scaled(3000000, scale) do
    local r2 = x * x + y * y
    local a = -1 / (r2 * math.sqrt(r2))
    vx, vy = vx + a * x * 0.001, vy + a * y * 0.001
    x, y = x + vx * 0.001, y + vy * 0.001
  end
end

function suite.arrays(scale)
  local n = 300
  for _ = 1, scaled(20, scale) do
    local flags = {}
    for i = 1, n * n do flags[i] = true end
    for i = 2, n do
      if flags[i] then for j = i * i, n * n, i do flags[j] = false end end
    end
  end
end

function suite.fields(scale)
  local counts = {}
  for i = 1, scaled(2000000, scale) do
    local key = "k" .. i % 1000
    counts[key] = (counts[key] or 0) + 1
  end
end

function suite.sorting(scale)
  local seed = 42
  for _ = 1, scaled(10, scale) do
    local t = {}
    for i = 1, 20000 do
      seed = (seed * 1103515245 + 12345) % 2147483648
      t[i] = seed
    end
    table.sort(t)
    table.sort(t, function(a, b) return a > b end)
  end
end

function suite.trees(scale)
  local function make(depth) return depth == 0 and {} or { make(depth - 1), make(depth - 1) } end
  for _ = 1, scaled(60, scale) do make(12) end
end

function suite.strings(scale)
  local text = string.rep("order 17 of customer 42, ", 500)
  for _ = 1, scaled(40, scale) do
    local upper = text:gsub("%a+", string.upper)
    for word in upper:gmatch("(%w+) (%d+)") do assert(#word > 0) end
    local parts = {}
    for i = 1, 2000 do parts[i] = string.format("%d:%s", i, "x") end
    assert(#table.concat(parts, ",") > 0)
  end
end

function suite.methods(scale)
  local class = {}
  class.__index = class
  function class:add(n) self.sum = self.sum + n return self end
  local object = setmetatable({ sum = 0 }, class)
  for i = 1, scaled(3000000, scale) do object:add(i) end
end

function suite.closures(scale)
  for i = 1, scaled(1000000, scale) do
    local n = i
    local function add(m) n = n + m return n end
    add(1)
  end
end

function suite.errors(scale)
  for i = 1, scaled(200000, scale) do
    pcall(math.floor, i)
    if i % 10 == 0 then pcall(error, "x", 0) end
  end
end

function suite.coroutines(scale)
  local next = coroutine.wrap(function() while true do coroutine.yield(1) end end)
  for _ = 1, scaled(1000000, scale) do next() end
end

return suite
