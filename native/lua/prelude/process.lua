-- What of the table 'process' is written in Lua: constants, options, cancel, exec, and the registry of names.
local native = ...
local process = native.process

process.event = { CANCEL = "pid.cancel", EXIT = "pid.exit", LINK_DOWN = "pid.link.down" }

process.registry = { register = native.name_register, lookup = native.name_lookup, unregister = native.name_unregister }

local options = { trap_links = native.traplinks }

function process.get_options()
  local all = {}
  for name, option in pairs(options) do all[name] = option() end
  return all
end

-- All or nothing: a wrong one leaves the others as they were.
function process.set_options(wanted)
  if type(wanted) ~= "table" then return false, native.failure("Invalid", "a table of options is expected") end
  for name, value in pairs(wanted) do
    if options[name] == nil then return false, native.failure("Invalid", "option " .. tostring(name) .. " is not supported") end
    if type(value) ~= "boolean" then return false, native.failure("Invalid", "option " .. name .. " must be true or false") end
  end
  for name, value in pairs(wanted) do options[name](value) end
  return true
end

local PATIENCE = 30000 -- milliseconds: the deadline of a cancel that names none, which nobody enforces

-- A number is milliseconds, a text that says a duration too; any other text is the reason. The third argument is the other one.
function process.cancel(destination, first, second)
  local delay, reason
  for _, given in ipairs({ first, second }) do
    if type(given) == "number" then
      delay = given
    elseif type(given) == "string" then
      local ms = native.duration(given)
      if ms and not delay then delay = ms else reason = given end
    elseif given ~= nil then
      return nil, native.failure("Invalid", "a deadline is a duration or milliseconds, and a reason a text")
    end
  end
  if delay and (delay < 0 or delay ~= delay) then return nil, native.failure("Invalid", "a deadline cannot be negative") end
  return native.cancel(destination, delay or PATIENCE, reason or "", delay ~= nil)
end

return process
