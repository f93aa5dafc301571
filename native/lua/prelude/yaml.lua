local native = ...
local yaml = {}

function yaml.encode(value)
  if type(value) ~= "table" then return native.refuse("Invalid", "table expected, got " .. type(value)) end
  local json, problem = native.json_encode(value)
  if not json then return nil, problem end
  return native.call("yaml.encode", json)
end

function yaml.decode(text)
  if type(text) ~= "string" then return native.refuse("Invalid", "string expected, got " .. type(text)) end
  return native.call("yaml.decode", text)
end

return yaml
