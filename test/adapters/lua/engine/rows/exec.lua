--@ row 1.7 exec: spawn and wait, value or nil and the error
--@ row 1.7 exec: the child ends with its caller
--@ row 3.3 crossing: kind, retryable and details survive exec
return function()
  assert(process.exec("app:double", "app:processes", 21) == 42)
  local value, why = process.exec("app:fail", "app:processes")
  assert(value == nil and tostring(why):find("broken", 1, true), why)
  value, why = process.exec("app:typed", "app:processes")
  assert(value == nil and why:kind() == "Conflict" and why:retryable() == true and why:details().id == 7)
  value, why = process.exec("app:absent", "app:processes")
  assert(value == nil and why:kind() == "NotFound")
  value, why = process.exec("app:double", "app:nowhere")
  assert(value == nil and why:kind() == "NotFound")
  -- a table with a circle comes back whole
  local circle = process.exec("app:circle", "app:processes")
  assert(circle.self == circle and circle.list[3] == "c")
  -- several at once, each in its own coroutine
  local done = channel.new()
  for i = 1, 5 do coroutine.spawn(function() done:send(process.exec("app:double", "app:processes", i)) end) end
  local sum = 0
  for _ = 1, 5 do sum = sum + done:receive() end
  assert(sum == 30)
  -- the child is seen by nobody's events, and ends with its caller
  local events = process.events()
  local caller = process.spawn_monitored("app:caller", "app:processes", process.pid())
  local child = process.listen("child"):receive()
  assert(process.monitor(child))
  assert(process.terminate(caller))
  local seen = {}
  for i = 1, 2 do
    local event = events:receive()
    seen[event.from] = tostring(event.result.error)
  end
  assert(seen[caller] == "process terminated")
  assert(seen[child] == "the process that executed it has ended", seen[child])
  -- and with the coroutine's process when it upgrades
  caller = process.spawn("app:upgrading", "app:processes", process.pid())
  child = process.listen("child"):receive()
  assert(process.monitor(child))
  process.send(caller, "go", true)
  assert(tostring(events:receive().result.error) == "the process that executed it has ended")
end
--@ entry app:double
return function(n) return n * 2 end
--@ entry app:fail
return function() error("broken") end
--@ entry app:typed
return function() error(errors.new({ message = "m", kind = errors.CONFLICT, retryable = true, details = { id = 7 } })) end
--@ entry app:circle
return function()
  local t = { list = { "a", "b", "c" } }
  t.self = t
  return t
end
--@ entry app:caller
return function(parent) process.exec("app:waits", "app:processes", parent) end
--@ entry app:waits
return function(parent)
  process.send(parent, "child", process.pid())
  process.inbox():receive()
end
--@ entry app:upgrading
return function(parent)
  if parent == nil then return end
  coroutine.spawn(function() process.exec("app:waits", "app:processes", parent) end)
  process.listen("go"):receive()
  process.upgrade()
end
