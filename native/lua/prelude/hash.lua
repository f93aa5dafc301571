-- Digests: hexadecimal, or raw bytes with true as the last argument.
local native = ...
local hash = {}

local function nottext(name, value)
  return native.refuse("Invalid", name .. " must be a string, got " .. type(value))
end

for _, algorithm in ipairs({ "md5", "sha1", "sha256", "sha512" }) do
  hash[algorithm] = function(data, raw)
    if type(data) ~= "string" then return nottext("data", data) end
    return native.call("hash.digest", algorithm, data, raw == true)
  end
  hash["hmac_" .. algorithm] = function(data, secret, raw)
    if type(data) ~= "string" then return nottext("data", data) end
    if type(secret) ~= "string" then return nottext("secret", secret) end
    return native.call("hash.hmac", algorithm, data, secret, raw == true)
  end
end

for _, name in ipairs({ "fnv32", "fnv64" }) do
  local sum = native[name]
  hash[name] = function(data)
    if type(data) ~= "string" then return nottext("data", data) end
    return sum(data)
  end
end

return hash
