--@ row 1.7 spawn: what a chunk did before it raised is undone, and told to those it is linked with
return function()
  process.set_options({ trap_links = true })
  process.registry.register("owner")
  local events = process.events()
  for _ = 1, 3 do
    local pid, why = process.spawn("app:raises", "app:processes")
    assert(pid == nil and string.find(why, "after all", 1, true))
    assert(process.registry.lookup("half") == nil)
    local down = events:receive()
    assert(down.kind == process.event.LINK_DOWN and string.find(down.result.error, "after all", 1, true))
    local child = process.listen("child"):receive()
    while process.send(child, "x", 1) do
      process.send("owner", "turn", 1)
      process.listen("turn"):receive()
    end
  end
  assert(channel.select({ events:case_receive(), default = true }).default)
end
--@ entry app:raises
process.registry.register("half")
process.link("owner")
process.monitor("owner")
process.listen("t")
process.send(process.pid(), "t", 1)
coroutine.spawn(function() process.inbox():receive() end)
local child = process.spawn_linked("app:child", "app:processes")
process.send("owner", "child", child)
error("after all")
--@ entry app:child
return function() process.inbox():receive() end
