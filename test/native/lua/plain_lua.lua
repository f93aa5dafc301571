-- Runs many programs one after the other in one plain Lua, for plain_lua.ts. Standard input holds, for each, its length in
-- bytes, a newline, and the program; behind what each printed follows a line of its own: "\1end".
-- What a lane lacks is taken away, and what it does otherwise is done in the same way here: see differential.ts.
local read, write = io.read, io.write
local load, pcall, next, type, print, collectgarbage = load, pcall, next, type, print, collectgarbage
local format = string.format
local globals = _G

for _, name in ipairs { "io", "os", "debug", "package", "require", "dofile", "loadfile", "arg", "warn" } do globals[name] = nil end
for _, name in ipairs { "cosh", "sinh", "tanh", "pow", "frexp", "ldexp", "log10", "atan2" } do math[name] = nil end -- Debian's are 5.3's
setmetatable(globals, nil)
local known = {}
for name, value in next, globals do known[name] = value end

local function run(source)
  local program, message = load(source, "=script", "t")
  if not program then return print(message) end
  local ok, problem = pcall(program)
  if ok then return end
  local kind = type(problem)
  print("lua: " .. ((kind == "string" or kind == "number") and problem or format("(error object is a %s value)", kind)))
end

-- Nothing of a program may still speak in the next: its finalizers run here, unheard.
local function forget()
  collectgarbage("incremental")
  for name in next, globals do if known[name] == nil then globals[name] = nil end end
  for name, value in next, known do globals[name] = value end
  globals.print = function() end
  collectgarbage("restart")
  collectgarbage()
  collectgarbage()
  globals.print = print
end

for length in function() return read("n", 1) end do
  local source = length == 0 and "" or read(length)
  forget()
  run(source)
  write("\1end\n")
end
