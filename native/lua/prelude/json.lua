local native = ...

local function encode(value) return native.json_encode(value) end

local function decode(text)
  if type(text) ~= "string" then return native.refuse("Invalid", "a text of JSON is expected, got " .. type(text)) end
  return native.json_decode(text)
end

return { encode = encode, decode = decode }
