-- What of the table 'process' is written in Lua: constants, options, cancel, exec, upgrade and spawners.
local native = ...
local process = native.process

process.event = {
  CANCEL = "pid.cancel", EXIT = "pid.exit", LINK_DOWN = "pid.link.down",
  LINK_ESTABLISHED = "pid.link.established", LINK_REMOVED = "pid.link.removed", OUTDATED = "pid.outdated",
}

local function invalid(text) return native.failure("Invalid", text) end

local switches = { trap_links = true, link_events = true, upgradable = true }
local WHENFULL = { refuse = true, wait = true, drop_oldest = true }

-- Nothing, or what is wrong with a table of options.
local function wrongoption(wanted)
  if type(wanted) ~= "table" then return invalid("a table of options is expected") end
  for name, value in next, wanted do
    if switches[name] then
      if type(value) ~= "boolean" then return invalid("option " .. name .. " must be true or false") end
    elseif name ~= "when_full" then
      return invalid("option " .. tostring(name) .. " is not supported")
    elseif type(value) ~= "string" or not WHENFULL[value] then
      return invalid("option when_full must be \"refuse\", \"wait\" or \"drop_oldest\"")
    end
  end
end

-- All or nothing: a wrong one leaves the others as they were.
function process.set_options(wanted)
  local wrong = wrongoption(wanted)
  if wrong then return false, wrong end
  return native.set_options(wanted), nil
end

local PATIENCE = 30000 -- milliseconds: the deadline of a cancel that names none, which nobody enforces
local LONGEST = 1e14
local REASONMAX = 1024

-- A number is milliseconds, a text that says a duration too; any other text is the reason. The third argument is the other one.
function process.cancel(destination, first, second)
  local delay, reason
  for i = 1, 2 do
    local given = first
    if i == 2 then given = second end
    local ms
    if type(given) == "number" then ms = given
    elseif type(given) == "string" then ms = native.duration(given)
    elseif given ~= nil then return nil, invalid("a deadline is a duration or milliseconds, and a reason a text") end
    if ms and not delay then delay = ms
    elseif type(given) == "string" and not reason then reason = given
    elseif given ~= nil then return nil, invalid("one deadline and one reason are expected") end
  end
  if delay and not (delay >= 0 and delay <= LONGEST) then return nil, invalid("a deadline cannot be negative, nor without end") end
  if reason and #reason > REASONMAX then return nil, invalid("a reason has 1024 bytes at most") end
  return native.cancel(destination, delay or PATIENCE, reason or "", delay ~= nil)
end

local MONITORED, LINKED, EXECUTED = 1, 2, 4

-- What the channel of an execution gave, as the function returns it.
local function outcome(results, why)
  if results == nil then return nil, why end
  local result = results:receive().result
  if result.error ~= nil then return nil, result.error end
  return result.value
end

function process.exec(entry, host, ...) return outcome(native.spawn({}, EXECUTED, entry, host, ...)) end

-- Becomes another entry, or the newest version of its own. It does not return: what goes wrong is the end of the process.
function process.upgrade(entry, ...)
  local _, why = pcall(native.upgrade, entry, ...)
  why = "upgrade: " .. tostring(why)
  native.fail(why)
  error(why, 0)
end

-- {====================================================== spawners

-- A copy of a table of values, over those that are there already.
local function merged(values, over)
  local all = {}
  for name, value in next, values do all[name] = value end
  for name, value in next, over do all[name] = value end
  return all
end

local function checktopic(topic)
  if type(topic) ~= "string" or #topic == 0 or #topic > 1024 then error(invalid("a topic is a text of 1 to 1024 bytes"), 3) end
  if string.sub(topic, 1, 1) == "@" then error(invalid("cannot send to @ topics"), 3) end
end

local function readonly() error("a spawner does not change: its functions return another", 2) end

local function unsupported() error(native.failure("Unavailable", "actors and scopes need the security module, which this runtime has not"), 2) end

local relations = {
  spawn = 0, spawn_monitored = MONITORED, spawn_linked = LINKED, spawn_linked_monitored = MONITORED | LINKED,
}

-- What goes wrong in a spawner is raised; it is one value with the functions in 'self'. 'setup' is never changed.
local function spawner(setup)
  local self = { with_actor = unsupported, with_scope = unsupported }

  local function with(more) return spawner(merged(setup, more)) end

  function self.with_context(_, values)
    if type(values) ~= "table" then error(invalid("a table of values is expected"), 2) end
    for name in next, values do
      if type(name) ~= "string" then error(invalid("a value of the context is named by a text"), 2) end
    end
    local all = merged(setup.values or native.context(), values)
    return with({ values = all, context = native.pack(all, native.contextmax) })
  end

  function self.with_options(_, wanted)
    local wrong = wrongoption(wanted)
    if wrong then error(wrong, 2) end
    return with({ options = merged(setup.options or {}, wanted) })
  end

  function self.with_name(_, name)
    if type(name) ~= "string" or #name == 0 or #name > 255 or string.sub(name, 1, 1) == "{" then
      error(invalid("a name has 1 to 255 bytes and does not begin with {"), 2)
    end
    return with({ name = name })
  end

  function self.with_message(_, topic, ...)
    checktopic(topic)
    local messages = table.move(setup.messages or {}, 1, #(setup.messages or {}), 1, {})
    for i = 1, select("#", ...) do
      messages[#messages + 1] = topic
      messages[#messages + 1] = native.pack((select(i, ...)))
    end
    return with({ messages = messages })
  end

  for name, relation in next, relations do
    self[name] = function(_, entry, host, ...)
      local pid, why = native.spawn(setup, relation, entry, host, ...)
      if pid == nil then error(why, 2) end
      return pid
    end
  end

  function self.exec(_, entry, host, ...)
    local results, why = native.spawn(setup, EXECUTED, entry, host, ...)
    if results == nil then error(why, 2) end
    return outcome(results)
  end

  return setmetatable({}, { __index = self, __newindex = readonly, __metatable = false, __name = "spawner" })
end

function process.with_context(values) return spawner({}):with_context(values) end
function process.with_options(options) return spawner({}):with_options(options) end

return process
