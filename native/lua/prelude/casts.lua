-- The names of types as functions: they answer the value when it is of that type, and raise an error when it is not.
local native = ...
local kindof, state = native.kindof, native.state
local ERROR = 1

local function wrong(wanted, value) error(wanted .. " expected, got " .. type(value), 3) end

function integer(value)
  local exact = type(value) == "number" and math.tointeger(value)
  if not exact then wrong("integer", value) end
  return exact
end

function number(value)
  if type(value) ~= "number" then wrong("number", value) end
  return value
end

function boolean(value)
  if type(value) ~= "boolean" then wrong("boolean", value) end
  return value
end

-- An error object works as a text wherever one is asked for.
local function astext(_, value)
  if kindof(value) == ERROR then return state(value).message end
  if type(value) ~= "string" then wrong("string", value) end
  return value
end

setmetatable(string, { __call = astext, __metatable = false })
unpack = table.unpack
