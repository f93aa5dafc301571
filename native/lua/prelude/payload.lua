-- Payloads: a value in a format, which may be sent on unopened.
local native = ...
local state, object, kindof = native.state, native.object, native.kindof
local PAYLOAD = 2

local format = {
  JSON = "json/plain", YAML = "yaml/plain", STRING = "text/plain", BYTES = "application/octet-stream",
  MSGPACK = "application/msgpack", LUA = "lua/any", GOLANG = "golang/any", ERROR = "golang/error",
}

local function itself(value) return value end

-- From what a payload holds to the value it means ...
local readers = {
  [format.LUA] = itself, [format.STRING] = itself, [format.BYTES] = itself,
  [format.JSON] = native.json.decode, [format.YAML] = native.yaml.decode,
}

local function astext(value)
  if type(value) == "string" then return value end
  if type(value) == "number" or type(value) == "boolean" then return tostring(value) end
  return native.refuse("Invalid", "a " .. type(value) .. " is no text: transcode it to payload.format.JSON first")
end

-- ... and back.
local writers = {
  [format.LUA] = itself, [format.STRING] = astext, [format.BYTES] = astext,
  [format.JSON] = native.json.encode, [format.YAML] = native.yaml.encode,
}

-- A document is a text already: no need to read it.
local texts = { [format.JSON] = true, [format.YAML] = true, [format.STRING] = true, [format.BYTES] = true }

local function own(value)
  if kindof(value) ~= PAYLOAD then error("a payload is expected, got " .. type(value), 3) end
  return state(value)
end

local function value(held)
  local read = readers[held.format]
  if not read then
    return native.refuse("Invalid", "the payload is in the format " .. tostring(held.format) .. ", which this runtime cannot read")
  end
  return read(held.data)
end

local methods = {}

function methods.get_format(self) return own(self).format end

function methods.data(self) return value(own(self)) end

function methods.unmarshal(self) return value(own(self)) end

function methods.transcode(self, wanted)
  local held = own(self)
  if wanted == held.format then return self end
  local write = writers[wanted]
  if not write then
    return native.refuse("Invalid", "cannot transcode to " .. tostring(wanted) .. ": only JSON, YAML, STRING, BYTES and LUA are known here")
  end
  if texts[held.format] and (wanted == format.STRING or wanted == format.BYTES) then
    return object(PAYLOAD, { data = held.data, format = wanted })
  end
  local meant, unreadable = value(held)
  if unreadable then return nil, unreadable end
  local data, unwritable = write(meant)
  if unwritable then return nil, unwritable end
  return object(PAYLOAD, { data = data, format = wanted })
end

native.meta(PAYLOAD, {
  __name = "payload",
  __metatable = false,
  __index = methods,
  __tostring = function(self) return "payload{format=" .. own(self).format .. "}" end,
})

local payload = { format = format }

function payload.new(given)
  if kindof(given) == PAYLOAD then return given end
  return object(PAYLOAD, { data = given, format = format.LUA })
end

return payload
