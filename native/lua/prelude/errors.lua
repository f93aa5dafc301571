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

local function own(value)
  if not iserror(value) then error("an error object is expected, got " .. type(value), 3) end
  return state(value)
end

local function text(value)
  if iserror(value) then return state(value).message end
  return tostring(value)
end

local methods = {}

function methods.message(self) return own(self).message end
function methods.kind(self) return own(self).kind or "" end
function methods.retryable(self) return own(self).retryable end
function methods.details(self) return own(self).details end

-- What it was wrapped in, newest first, then the message and where it was made.
function methods.stack(self)
  local lines, made = {}, own(self)
  local contexts = made.contexts or {}
  for i = #contexts, 1, -1 do lines[#lines + 1] = contexts[i] end
  lines[#lines + 1] = made.message
  lines[#lines + 1] = made.stack
  return table.concat(lines, "\n")
end

native.meta(ERROR, {
  __name = "error",
  __metatable = false,
  __index = methods,
  __tostring = function(self) return own(self).message end,
  __concat = function(a, b) return text(a) .. text(b) end,
  __len = function(self) return #own(self).message end,
  __eq = function(a, b) return iserror(a) and iserror(b) and state(a) == state(b) end,
})

local errors = {}
for name, kind in pairs(kinds) do errors[name] = kind end

local function optional(given, name, wanted)
  local value = given[name]
  if value ~= nil and type(value) ~= wanted then
    error("errors.new: " .. name .. " must be a " .. wanted .. ", got " .. type(value), 3)
  end
  return value
end

function errors.new(given)
  local made
  if type(given) == "table" then
    local details = optional(given, "details", "table")
    if details and next(details) == nil then details = nil end
    local kind, retryable = optional(given, "kind", "string"), optional(given, "retryable", "boolean")
    made = { message = text(given.message == nil and "" or given.message), kind = kind, retryable = retryable, details = details }
  else
    made = { message = text(given) }
  end
  made.stack = native.where(2)
  return object(ERROR, made)
end

function errors.wrap(cause, context)
  local made = iserror(cause) and state(cause) or { message = text(cause), stack = native.where(2) }
  local contexts = table.move(made.contexts or {}, 1, #(made.contexts or {}), 1, {})
  contexts[#contexts + 1] = text(context)
  return object(ERROR, {
    message = made.message, kind = made.kind, retryable = made.retryable, details = made.details, stack = made.stack,
    contexts = contexts,
  })
end

function errors.is(value, kind) return iserror(value) and (state(value).kind or "") == kind end

-- The frames of Lua that an error was made in; for any other value none.
function errors.call_stack(value)
  local frames = {}
  local stack = iserror(value) and state(value).stack or ""
  for source, line, rest in string.gmatch(stack, "\n%s*([^\n:]+):(%d+):([^\n]*)") do
    local name = string.match(rest, "'([^']+)'") or (string.find(rest, "main chunk", 1, true) and "main chunk") or nil
    frames[#frames + 1] = { source = source, line = math.tointeger(line), name = name }
  end
  return { frames = frames }
end

return errors
