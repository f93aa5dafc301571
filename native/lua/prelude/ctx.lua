-- Values that came along when the process was spawned.
local native = ...
local ctx = {}

function ctx.get(key)
  if type(key) ~= "string" or key == "" then return native.refuse("Invalid", "a key is a text that is not empty") end
  local value = native.context()[key]
  if value == nil then return native.refuse("NotFound", "no value found for key: " .. key) end
  return value
end

function ctx.all() return native.context() end

return ctx
