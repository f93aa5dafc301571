--@ row 1.7 Definition: main, run, a bare function
--@ row 1.7 spawn: PID, or nil and an error; the chunk runs inside it, the method does not
--@ row 1.7 spawn_monitored, spawn_linked, spawn_linked_monitored: before the first step
--@ row 1.7 pid and id
--@ row 1.5 State graph; Step model: init runs the chunk, then steps, then the end
--@ row 2.8 Method
--@ row 2.20 spawn_linked_monitored
local function refused(kind, text, pid, why)
  assert(pid == nil, "it was not refused: " .. text)
  assert(why:kind() == kind and string.find(why, text, 1, true), tostring(why) .. ": " .. why:kind())
end
return function()
  local events = process.events()
  assert(string.match(process.pid(), "^{app:processes|app:main|0x%x%x%x%x%x}$"), process.pid())
  assert(process.id() == "app:main")
  assert(process.exec("app:main_and_run", "app:processes") == "main")
  assert(process.exec("app:only_run", "app:processes") == "run")
  assert(process.exec("app:bare", "app:processes") == "bare app:bare")
  refused("NotFound", "entry not found: app:absent", process.spawn("app:absent", "app:processes"))
  refused("NotFound", "host not found: app:nowhere", process.spawn("app:bare", "app:nowhere"))
  refused("Invalid", "at load", process.spawn("app:raises", "app:processes"))
  refused("Invalid", "typed at load", process.spawn("app:raises_object", "app:processes"))
  refused("Invalid", "method 'main' not found", process.spawn("app:empty", "app:processes"))
  refused("Invalid", "returned number", process.spawn("app:number", "app:processes"))
  refused("Invalid", "an entry is expected", process.spawn())
  refused("Invalid", "a host is expected", process.spawn("app:bare"))
  refused("Invalid", "C-call boundary", process.spawn("app:waits_at_load", "app:processes"))
  -- the chunk has run when spawn returns, the method has not
  local order = process.listen("order")
  assert(process.registry.register("order_owner"))
  assert(process.spawn("app:tells", "app:processes", process.pid()))
  process.send(process.pid(), "order", "spawned")
  local first, second, third = order:receive(), order:receive(), order:receive()
  assert(first == "chunk" and second == "spawned" and third == "method", first .. second .. third)
  -- a chunk that uses the runtime does not harm the arguments
  local got = process.exec("app:busy_chunk", "app:processes", { "first" }, "second", 3)
  assert(got[1] == "first" and got[2] == "second" and got[3] == 3)
  -- relations are there before the first step
  local pid = process.spawn_monitored("app:fails", "app:processes")
  local event = events:receive()
  assert(event.kind == process.event.EXIT and event.from == pid and string.find(event.result.error, "at once", 1, true))
  assert(process.set_options({ trap_links = true }))
  pid = process.spawn_linked("app:fails", "app:processes")
  event = events:receive()
  assert(event.kind == process.event.LINK_DOWN and event.from == pid)
  pid = process.spawn_linked_monitored("app:fails", "app:processes")
  first, second = events:receive(), events:receive()
  assert(first.kind == process.event.EXIT and second.kind == process.event.LINK_DOWN and first.from == pid and second.from == pid)
  pid = process.spawn_linked_monitored("app:bare", "app:processes")
  event = events:receive()
  assert(event.kind == process.event.EXIT and event.result.value == "bare app:bare" and event.result.error == nil)
  assert(channel.select({ events:case_receive(), default = true }).default)
  -- chunks that spawn chunks that spawn ... end with an error, not with the lane
  refused("Invalid", "nested too deep", process.spawn("app:nested", "app:processes"))
end
--@ entry app:main_and_run
return { main = function() return "main" end, run = function() return "run" end }
--@ entry app:only_run
return { run = function() return "run" end, other = function() end }
--@ entry app:bare
return function() return "bare " .. process.id() end
--@ entry app:raises
error("at load")
--@ entry app:raises_object
error(errors.new("typed at load"))
--@ entry app:empty
return { other = function() end }
--@ entry app:number
return 5
--@ entry app:waits_at_load
process.inbox():receive()
return function() end
--@ entry app:tells
process.send("order_owner", "order", "chunk")
return function(to) process.send(to, "order", "method") end
--@ entry app:busy_chunk
process.send(process.pid(), "x", { "something", "else", "altogether" })
process.spawn("app:bare", "app:processes", "other", "arguments")
return function(...) return { (...)[1], select(2, ...) } end
--@ entry app:fails
return function() error("at once") end
--@ entry app:nested
local pid, why = process.spawn("app:nested", "app:processes")
if not pid then error(why) end
return function() end
