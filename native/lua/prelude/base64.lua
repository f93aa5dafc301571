local native = ...
local base64 = {}

local function refuse(text) return native.refuse("Invalid", "string expected, got " .. type(text)) end

function base64.encode(text)
  if type(text) ~= "string" then return refuse(text) end
  return native.base64_encode(text)
end

function base64.decode(text)
  if type(text) ~= "string" then return refuse(text) end
  local bytes, place = native.base64_decode(text)
  if not bytes then return native.refuse("Invalid", "illegal base64 data at byte " .. place) end
  return bytes
end

return base64
