-- Structured lines. The module is a logger itself; with() and named() answer others.
local native = ...
local levels = { debug = 0, info = 1, warn = 2, error = 3 }
local methods = {}
local meta = { __name = "logger", __metatable = false, __index = methods }
local box, unbox, log = native.box, native.unbox, native.log

local function own(self) return unbox(self, meta) or error("a logger is expected: call its methods with ':'", 3) end

local function merged(first, second)
  if second == nil then return first end
  local all = {}
  for name, value in pairs(first or {}) do all[name] = value end
  for name, value in pairs(second) do
    local kind = type(value)
    if kind == "function" or kind == "thread" then value = tostring(value) end
    all[name] = value
  end
  return all
end

local function checkfields(fields)
  if fields ~= nil and type(fields) ~= "table" then error("fields must be a table, got " .. type(fields), 3) end
end

for name, level in pairs(levels) do
  methods[name] = function(self, message, fields)
    local logger = own(self)
    if type(message) ~= "string" then message = string(message) end
    checkfields(fields)
    local place, all = native.place(2), merged(logger.fields, fields)
    if logger.name then all = merged(all, { logger = logger.name }) end
    local ok, problem = pcall(log, level, message, all, place)
    if not ok then log(level, message, { unsendable_fields = tostring(problem) }, place) end
  end
end

methods["with"] = function(self, fields)
  local logger = own(self)
  if type(fields) ~= "table" then error("fields must be a table, got " .. type(fields), 2) end
  return box(meta, { name = logger.name, fields = merged(logger.fields, fields) })
end

function methods.named(self, name)
  local logger = own(self)
  if type(name) ~= "string" or name == "" then error("a logger is named by a text that is not empty", 2) end
  return box(meta, { name = logger.name and logger.name .. "." .. name or name, fields = logger.fields })
end

return box(meta, {})
