--@ script write-libraries ends done
local function refused(f, ...) assert(not pcall(f, ...), "a write into a library went through") end
for _, library in pairs({ string, table, math, coroutine, utf8, process }) do
  refused(rawset, library, "rep", 1)
  refused(setmetatable, library, {})
  refused(table.insert, library, 1)
  refused(function() library.rep = 1 end)
  refused(table.move, { 1 }, 1, 1, 1, library)
  refused(table.remove, library)
  for k in next, library do refused(function() library[k] = nil end) end
end
refused(function() getmetatable("").__index = 1 end)
refused(setmetatable, getmetatable("") or string, {})
_G.print, string, process = nil, nil, nil
assert(("x"):rep(2) == "xx")
error("done")
