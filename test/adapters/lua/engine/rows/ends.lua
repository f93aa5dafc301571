--@ row 1.7 Return value: the first is the result, a text or error as the second is a failure
--@ row 1.7 Failure: error in any coroutine fails the process; main returning ends the others
--@ row 1.7 terminate: by PID and by name; result, the dead, no cleanup
--@ row 1.5 Deadlock fails the process
--@ row 1.9 EXIT on every kind of end; value, payload, error
--@ row 1.9 result.error is an object that works as a text
--@ row 1.9 at is a number with a fraction; the event is flat and nested
--@ row 2.4 event shape
--@ row 2.5 EXIT payload
--@ row 2.6 result.error
local function ended(id, ...)
  local pid = process.spawn_monitored(id, "app:processes", ...)
  local event = process.events():receive()
  assert(event.kind == process.event.EXIT and event.kind == "pid.exit" and event.from == pid)
  assert(math.type(event.at) == "float" and event.at >= 1700000000)
  assert(event.event.at == event.at and event.event.kind == event.kind and event.event.from == pid)
  return event.result, pid
end
local function failed(text, id, ...)
  local result = ended(id, ...)
  assert(result.value == nil and result.error ~= nil, "it did not fail: " .. text)
  assert(string.find(result.error, text, 1, true), text .. " is not in " .. result.error)
  assert(tostring(result.error) == result.error:message())
  return result.error
end
return function()
  local result = ended("app:returns", nil)
  assert(result.value == nil and result.error == nil and result.payload:data() == nil)
  result = ended("app:returns", { a = { 1 } })
  assert(result.value.a[1] == 1 and result.error == nil and result.payload:data() == result.value)
  result = ended("app:returns", "x", 5)
  assert(result.value == "x" and result.error == nil)
  result = ended("app:returns", "x", payload.new(1))
  assert(result.value == "x" and result.error == nil)
  result = ended("app:returns", payload.new("p"))
  assert(result.value:data() == "p")
  failed("second text", "app:returns", "dropped", "second text")
  local why = failed("object", "app:returns", nil, errors.new({ message = "object", kind = errors.TIMEOUT, retryable = false, details = { n = 1 } }))
  assert(why:kind() == "Timeout" and why:retryable() == false and why:details().n == 1 and type(why) == "userdata")
  why = failed("ends.lua:", "app:raises", "plain")
  assert(string.find(why, "plain", 1, true) and why .. "!" == tostring(why) .. "!")
  failed("table: ", "app:raises", {})
  why = failed("kept", "app:raises", errors.new({ message = "kept", kind = errors.CONFLICT }))
  assert(why:kind() == "Conflict")
  failed("value of type function cannot be sent", "app:returns_function")
  failed("in a coroutine", "app:fails_in_coroutine")
  assert(ended("app:leaves_coroutines").value == "main")
  failed("deadlock", "app:deadlock")
  failed("deadlock", "app:deadlock_of_two")
  -- terminate
  local events = process.events()
  local pid = process.spawn_monitored("app:named", "app:processes")
  assert(process.listen("ready"):receive())
  assert(process.terminate("named") == true)
  local event = events:receive()
  assert(event.from == pid and tostring(event.result.error) == "process terminated")
  local ok
  for _, gone in ipairs({ pid, "named" }) do
    ok, why = process.terminate(gone)
    assert(ok == nil and why:kind() == "NotFound")
  end
  ok, why = process.terminate(pid)
  assert(string.find(why, "process not found", 1, true))
  ok, why = process.terminate("{bad")
  assert(ok == nil and why:kind() == "Invalid")
  failed("process terminated", "app:terminates_itself")
  -- it is not over when terminate returns, and nothing of the process cleans up
  assert(channel.select({ process.listen("cleanup"):case_receive(), default = true }).default)
end
--@ entry app:returns
return function(...) return ... end
--@ entry app:raises
return function(what) error(what) end
--@ entry app:returns_function
return function() return { print } end
--@ entry app:fails_in_coroutine
return function()
  coroutine.spawn(function() error("in a coroutine") end)
  process.inbox():receive()
end
--@ entry app:leaves_coroutines
return function()
  coroutine.spawn(function() process.inbox():receive() error("never") end)
  coroutine.spawn(function() while true do process.pid() end end)
  return "main"
end
--@ entry app:deadlock
return function() channel.new():receive() end
--@ entry app:deadlock_of_two
return function()
  local a, b = channel.new(), channel.new()
  coroutine.spawn(function() a:receive() b:send(1) end)
  b:receive()
  a:send(1)
end
--@ entry app:named
return function()
  process.registry.register("named")
  process.send("{app:processes|0x00001}", "ready", true)
  local guard <close> = setmetatable({}, { __close = function() process.send("{app:processes|0x00001}", "cleanup", true) end })
  pcall(function() process.inbox():receive() end)
  process.inbox():receive()
end
--@ entry app:terminates_itself
return function()
  process.terminate(process.pid())
  pcall(function() while true do end end)
  return "went on"
end
