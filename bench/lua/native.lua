-- lua5.4 native.lua FILE SCALE: the seconds of each function of the suite, the best of three.
local suite, scale = dofile(arg[1]), tonumber(arg[2])
for name, work in pairs(suite) do
  local best = math.huge
  work(scale)
  for _ = 1, 3 do
    local begun = os.clock()
    work(scale)
    best = math.min(best, os.clock() - begun)
  end
  print(name, best)
end
