--@ row 1.9 Constants
--@ row 1.9 LINK_DOWN only when the peer failed: the matrix
--@ row 1.9 Both monitor and link: EXIT before LINK_DOWN
--@ row 1.9 trap_links false: the peer's failure is one's own; true: an event
--@ row 1.9 monitor, unmonitor: the dead, twice, idempotent, ok_if_dead
--@ row 1.9 link, unlink: both live, twice, unknown, oneself
--@ row 1.9 Order at death: on EXIT the name is free and the PID is not found
--@ row 1.9 get_options, set_options: all or nothing
--@ row 2.10 LINK_DOWN has a result
--@ row 2.11 link events only when asked for
local EXIT, LINK_DOWN = process.event.EXIT, process.event.LINK_DOWN
local function quiet(events) assert(channel.select({ events:case_receive(), default = true }).default, "an event too many") end
return function()
  local me, events = process.pid(), process.events()
  assert(process.event.CANCEL == "pid.cancel" and EXIT == "pid.exit" and LINK_DOWN == "pid.link.down" and process.event.OUTDATED == "pid.outdated")
  -- options
  local options = process.get_options()
  assert(options.trap_links == false and options.link_events == false and options.when_full == "refuse")
  for _, bad in ipairs({ { trap_links = true, x = true }, { trap_links = true, link_events = 1 }, { trap_links = "true" }, { trap_links = true, when_full = "x" }, 5 }) do
    local ok, why = process.set_options(bad)
    assert(ok == false and why:kind() == "Invalid")
  end
  local _, why = process.set_options({ x = true })
  assert(tostring(why) == "option x is not supported")
  assert(process.get_options().trap_links == false)
  local ok, none = process.set_options({ trap_links = true })
  assert(ok == true and none == nil and process.get_options().trap_links == true)
  -- the matrix
  local matrix = {
    { "return", { EXIT } }, { "error", { EXIT, LINK_DOWN } }, { "second", { EXIT, LINK_DOWN } }, { "terminate", { EXIT, LINK_DOWN } },
    { "cancel_return", { EXIT } }, { "cancel_error", { EXIT, LINK_DOWN } }, { "cancel_ignored", {} },
  }
  for _, row in ipairs(matrix) do
    local how, expected = row[1], row[2]
    local pid = process.spawn_linked_monitored("app:peer", "app:processes", how, me)
    assert(process.listen("ready"):receive() == pid)
    if how == "terminate" then assert(process.terminate(pid))
    elseif string.find(how, "cancel") then assert(process.cancel(pid))
    else assert(process.send(pid, "go", true)) end
    if how == "cancel_ignored" then
      assert(process.listen("ignored"):receive() == pid)
      quiet(events)
      process.unlink(pid)
      process.unmonitor(pid)
    end
    for _, kind in ipairs(expected) do
      local event = events:receive()
      assert(event.kind == kind and event.from == pid, how .. ": " .. event.kind)
      assert((event.result.error ~= nil) == (#expected == 2), how)
      if kind == EXIT then
        assert(process.registry.lookup("peer") == nil)
        local sent, notfound = process.send(pid, "x", 1)
        assert(sent == nil and notfound:kind() == "NotFound")
      end
    end
    quiet(events)
    if how == "cancel_ignored" then process.terminate(pid) end
  end
  -- monitor
  local pid = process.spawn("app:peer", "app:processes", "return", me)
  assert(process.listen("ready"):receive() == pid)
  assert(process.monitor("peer") == true)
  ok, why = process.monitor(pid)
  assert(ok == nil and why:kind() == "AlreadyExists")
  assert(process.unmonitor(pid) == true and process.unmonitor(pid) == true and process.unmonitor("unknown") == true)
  assert(process.monitor(pid) and process.unmonitor("peer") and process.link(pid) == true and process.link("peer") == true)
  assert(process.unlink(pid) == true and process.unlink(pid) == true and process.unlink("unknown") == true and process.link(me) == true)
  process.monitor(pid)
  process.send(pid, "go", true)
  assert(events:receive().from == pid)
  quiet(events)
  ok, why = process.monitor(pid)
  assert(ok == nil and why:kind() == "NotFound" and string.find(why, "pid not registered", 1, true))
  ok, why = process.link(pid)
  assert(ok == nil and why:kind() == "NotFound")
  ok, why = process.link("unknown")
  assert(ok == nil and why:kind() == "NotFound")
  for _, gone in ipairs({ pid, "unknown" }) do
    assert(process.monitor(gone, { ok_if_dead = true }) == true)
    local event = events:receive()
    assert(event.kind == EXIT and event.from == gone and tostring(event.result.error) == "noproc" and event.result.error:kind() == "NotFound")
  end
  for _, bad in ipairs({ "{bad", 5 }) do
    ok, why = process.monitor(bad, { ok_if_dead = true })
    assert(ok == nil and why:kind() == "Invalid")
  end
  -- an EXIT that lies there already is still read
  pid = process.spawn_monitored("app:ends", "app:processes", me)
  process.listen("ended"):receive()
  while process.send(pid, "x") do process.send(me, "turn", 1) process.listen("turn"):receive() end
  process.unmonitor(pid)
  assert(events:receive().from == pid)
  -- link events, when asked for
  assert(process.set_options({ link_events = true }))
  pid = process.spawn_linked("app:peer", "app:processes", "return", me)
  local event = events:receive()
  assert(event.kind == "pid.link.established" and event.from == pid)
  process.unlink(pid)
  event = events:receive()
  assert(event.kind == "pid.link.removed" and event.from == pid)
  process.terminate(pid)
  -- not trapped: it fails on, through others, with its own error; one that traps in between stays
  local result = process.exec("app:top", "app:processes")
  assert(result == "linked process failed", result)
  -- never opened events keep what came
  assert(process.exec("app:late", "app:processes") == LINK_DOWN)
end
--@ entry app:peer
return function(how, parent)
  process.registry.register("peer")
  local go, events = process.listen("go"), process.events()
  process.send(parent, "ready", process.pid())
  local result = channel.select({ go:case_receive(), events:case_receive() })
  if how == "error" or how == "cancel_error" then error(how) end
  if how == "second" then return nil, "second" end
  if how == "cancel_ignored" then
    process.send(parent, "ignored", process.pid())
    process.inbox():receive()
  end
  return how
end
--@ entry app:ends
return function(parent) process.send(parent, "ended", true) end
--@ entry app:top
return function()
  local middle = process.spawn_monitored("app:middle", "app:processes")
  local event = process.events():receive()
  assert(event.from == middle)
  return tostring(event.result.error)
end
--@ entry app:middle
return function()
  process.spawn_linked("app:low", "app:processes")
  process.events():receive()
  return "an event came to one that does not trap"
end
--@ entry app:low
return function() error("low") end
--@ entry app:late
return function()
  process.set_options({ trap_links = true })
  local pid = process.spawn_linked("app:low", "app:processes")
  while process.send(pid, "x") do process.send(process.pid(), "turn", 1) process.listen("turn"):receive() end
  return process.events():receive().kind
end
