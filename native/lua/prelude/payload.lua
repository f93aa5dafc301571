-- Payloads: a value in a format, which may be sent on unopened.
local native = ...
local state, object, kindof = native.state, native.object, native.kindof
local PAYLOAD = 2

local methods = {}

function methods.data(self) return state(self).data end
function methods.get_format(self) return state(self).format end
function methods.unmarshal(self) return state(self).data end

native.meta(PAYLOAD, { __name = "payload", __metatable = false, __index = methods })

local payload = {
  format = {
    JSON = "json/plain", YAML = "yaml/plain", STRING = "text/plain", BYTES = "application/octet-stream",
    MSGPACK = "application/msgpack", LUA = "lua/any", GOLANG = "golang/any", ERROR = "golang/error",
  },
}

function payload.new(value)
  if kindof(value) == PAYLOAD then return value end
  local format = payload.format.LUA
  return object(PAYLOAD, { data = value, format = format })
end

return payload
