local native = ...
local uuid = {}

local function invalid(text) return native.refuse("Invalid", text) end

-- 32 hexadecimal digits, in lower case, of a UUID in any of its usual forms; else nothing.
local function digits(text)
  local plain = string.lower(text)
  plain = string.match(plain, "^urn:uuid:(.*)$") or string.match(plain, "^{(.*)}$") or plain
  local a, b, c, d, e = string.match(plain, "^(%x+)%-(%x+)%-(%x+)%-(%x+)%-(%x+)$")
  if a then
    if #a ~= 8 or #b ~= 4 or #c ~= 4 or #d ~= 4 or #e ~= 12 then return nil end
    return a .. b .. c .. d .. e
  end
  return #plain == 32 and string.match(plain, "^%x+$") or nil
end

local function standard(hex)
  return string.gsub(hex, "^(........)(....)(....)(....)(.*)$", "%1-%2-%3-%4-%5")
end

-- The digits, or nil and an error.
local function check(text)
  if type(text) ~= "string" then return invalid("input must be a string, got " .. type(text)) end
  local hex = digits(text)
  if not hex then return invalid("invalid UUID format") end
  return hex
end

local function versionof(hex) return tonumber(string.sub(hex, 13, 13), 16) end

local function variantof(hex)
  local bits = tonumber(string.sub(hex, 17, 17), 16)
  if bits < 8 then return "NCS" end
  if bits < 12 then return "RFC4122" end
  return bits < 14 and "Microsoft" or "Invalid"
end

function uuid.v1() return native.call("uuid.v1", native.wall()) end
function uuid.v4() return native.call("uuid.v4") end
function uuid.v7() return native.call("uuid.v7", native.wall()) end

local function named(version)
  return function(namespace, name)
    if type(namespace) ~= "string" then return invalid("namespace must be a string, got " .. type(namespace)) end
    if type(name) ~= "string" then return invalid("name must be a string, got " .. type(name)) end
    local hex = digits(namespace)
    if not hex then return invalid("invalid namespace UUID") end
    return native.call("uuid.named", version, hex, name)
  end
end

uuid.v3, uuid.v5 = named(3), named(5)

function uuid.validate(text)
  if type(text) ~= "string" then return invalid("input must be a string, got " .. type(text)) end
  return digits(text) ~= nil
end

function uuid.version(text)
  local hex, problem = check(text)
  if not hex then return nil, problem end
  return versionof(hex)
end

function uuid.variant(text)
  local hex, problem = check(text)
  if not hex then return nil, problem end
  return variantof(hex)
end

local GREGORIAN = 12219292800 -- seconds from 1582-10-15 to 1970

function uuid.parse(text)
  local hex, problem = check(text)
  if not hex then return nil, problem end
  local parsed = { version = versionof(hex), variant = variantof(hex) }
  if parsed.version == 7 then
    parsed.timestamp = tonumber(string.sub(hex, 1, 12), 16) // 1000
  elseif parsed.version == 1 then
    local ticks = tonumber(string.sub(hex, 14, 16) .. string.sub(hex, 9, 12) .. string.sub(hex, 1, 8), 16)
    parsed.timestamp = ticks // 10000000 - GREGORIAN
    parsed.node = string.sub(hex, 21)
  end
  return parsed
end

function uuid.format(text, form)
  local hex, problem = check(text)
  if not hex then return nil, problem end
  if form == nil or form == "standard" then return (standard(hex)) end
  if form == "simple" then return hex end
  if form == "urn" then return "urn:uuid:" .. standard(hex) end
  return invalid("unsupported format: " .. tostring(form) .. "; it is standard, simple or urn")
end

return uuid
