--@ row 1.7 upgrade: keeps PID, links, monitors, names, host, options and all unread messages in order
--@ row 1.7 upgrade: any failure ends the process with "upgrade: ..."
--@ row 2.21 upgrade keeps the mailbox
return function()
  local me, events = process.pid(), process.events()
  local old = process.spawn_linked_monitored("app:old", "app:processes", me)
  assert(process.listen("ready"):receive() == old)
  for i = 1, 20 do
    process.send(old, i % 2 == 0 and "even" or "odd", i)
    process.send(old, "other", { text = "frozen string of this code " .. i, key = "a constant of this chunk" })
  end
  process.send(old, "go", "now")
  local report = process.listen("report"):receive()
  assert(report.pid == old and report.id == "app:new", report.id)
  assert(report.options.trap_links == true and report.name == old)
  assert(report.count == 40 and report.inorder and report.args[1] == "one" and report.args[2].two == 2, report.why)
  local exit = events:receive()
  assert(exit.kind == process.event.EXIT and exit.from == old and exit.result.value == "done", tostring(exit.result.error))
  assert(process.registry.lookup("upgraded") == nil)
  -- failures
  for id, expected in pairs({
    ["app:absent"] = "upgrade: entry not found: app:absent", ["app:raises"] = "upgrade: upgrade.lua:", ["app:methodless"] = "upgrade: method 'main' not found",
    [42] = "upgrade: an entry is expected, got number",
  }) do
    local pid = process.spawn_monitored("app:upgrades", "app:processes", id)
    exit = events:receive()
    assert(exit.from == pid and tostring(exit.result.error):find(expected, 1, true) == 1, tostring(exit.result.error))
  end
  local pid = process.spawn_monitored("app:unsendable", "app:processes")
  exit = events:receive()
  assert(exit.from == pid and tostring(exit.result.error):find("upgrade: value of type function cannot be sent", 1, true), tostring(exit.result.error))
  -- nil: itself, with other arguments
  assert(process.exec("app:counts", "app:processes", 3) == "over")
end
--@ entry app:old
return function(parent)
  assert(process.set_options({ trap_links = true }))
  process.registry.register("upgraded")
  local even = process.listen("even")
  local go = process.listen("go")
  coroutine.spawn(function() channel.new():receive() end)
  local inbox = process.inbox()
  process.send(parent, "ready", process.pid())
  go:receive()
  process.upgrade("app:new", "one", { two = 2 }, parent)
end
--@ entry app:new
return function(one, two, parent)
  local inbox = process.inbox()
  local why, last = nil, 0
  for i = 1, 20 do
    local message = inbox:receive()
    if message:payload():data() ~= i or message:topic() ~= (i % 2 == 0 and "even" or "odd") or message:from() ~= parent then why = "message " .. i end
    local other = inbox:receive():payload():data()
    if other.text ~= "frozen string of this code " .. i or other.key ~= "a constant of this chunk" then why = "other " .. i end
  end
  process.send(parent, "report", {
    pid = process.pid(), id = process.id(), options = process.get_options(), name = process.registry.lookup("upgraded"),
    count = 40, inorder = why == nil, why = why, args = { one, two },
  })
  return "done"
end
--@ entry app:upgrades
return function(...)
  pcall(process.upgrade, ...)
  error("it came back")
end
--@ entry app:unsendable
return function() pcall(process.upgrade, "app:new", print) end
--@ entry app:raises
error("at load")
--@ entry app:methodless
return {}
--@ entry app:counts
return function(n)
  if n == 0 then return "over" end
  process.upgrade(nil, n - 1)
end
