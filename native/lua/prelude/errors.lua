-- Errors that a program can look into. An error is a value: it travels in messages, and works as a text where one is asked for.
local native = ...

local kinds = {
  NOT_FOUND = "NotFound", ALREADY_EXISTS = "AlreadyExists", INVALID = "Invalid", PERMISSION_DENIED = "PermissionDenied",
  UNAVAILABLE = "Unavailable", INTERNAL = "Internal", CANCELED = "Canceled", CONFLICT = "Conflict", TIMEOUT = "Timeout",
  RATE_LIMITED = "RateLimited", LIMIT_EXCEEDED = "LimitExceeded", UNKNOWN = "",
}

local state, object, kindof = native.state, native.object, native.kindof
local ERROR = 1

local function iserror(value) return kindof(value) == ERROR end

local function text(value)
  if iserror(value) then return state(value).message end
  return tostring(value)
end

local methods = {}

function methods.message(self) return state(self).message end
function methods.kind(self) return state(self).kind or "" end
function methods.retryable(self) return state(self).retryable end
function methods.details(self) return state(self).details end

function methods.stack(self)
  local lines = {}
  local own = state(self)
  for i = #(own.contexts or {}), 1, -1 do lines[#lines + 1] = own.contexts[i] end
  lines[#lines + 1] = own.message
  if own.stack then lines[#lines + 1] = own.stack end
  return table.concat(lines, "\n")
end

native.meta(ERROR, {
  __name = "error",
  __metatable = false,
  __index = methods,
  __tostring = function(self) return state(self).message end,
  __concat = function(a, b) return text(a) .. text(b) end,
  __eq = function(a, b) return iserror(a) and iserror(b) and state(a) == state(b) end,
})

local errors = {}
for name, kind in pairs(kinds) do errors[name] = kind end

function errors.new(given)
  local own
  if type(given) == "table" then
    local details = given.details
    if type(details) == "table" and next(details) == nil then details = nil end
    own = { message = tostring(given.message or ""), kind = given.kind, retryable = given.retryable, details = details }
  else
    own = { message = tostring(given) }
  end
  own.stack = native.where(2)
  return object(ERROR, own)
end

function errors.wrap(cause, context)
  local own = iserror(cause) and state(cause) or { message = tostring(cause) }
  local contexts = table.move(own.contexts or {}, 1, #(own.contexts or {}), 1, {})
  contexts[#contexts + 1] = tostring(context)
  return object(ERROR, {
    message = own.message, kind = own.kind, retryable = own.retryable, details = own.details, stack = own.stack, contexts = contexts,
  })
end

function errors.is(value, kind) return iserror(value) and (state(value).kind or "") == kind end

function errors.call_stack(value)
  local frames = {}
  for source, line in string.gmatch(iserror(value) and state(value).stack or "", "([^\n:]+):(%d+)") do
    frames[#frames + 1] = { source = source, line = math.tointeger(line) }
  end
  return { frames = frames }
end

return errors
