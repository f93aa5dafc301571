--@ row 1.9 EXIT and LINK_DOWN of what is large: shared, or cut, whoever is told
return function()
  process.set_options({ trap_links = true })
  local me, events, seen = process.pid(), process.events(), process.listen("seen")
  local big = process.spawn_monitored("app:leaves", "app:processes", 2000000)
  for _ = 1, 50 do process.spawn("app:watches", "app:processes", big, me) end
  for _ = 1, 50 do assert(seen:receive() == "ready") end
  process.send(big, "go", true)
  local result = events:receive().result
  assert(#result.value == 2000000 and result.payload:data() == result.value)
  for _ = 1, 50 do assert(seen:receive() == 2000000) end
  assert(#process.exec("app:leaves", "app:processes", 3000000, true) == 3000000)
  -- errors are cut, and an object that is too large or cannot be sent keeps its message
  for how, expected in pairs({ text = 65536, object = "message", unsendable = "message" }) do
    local pid = process.spawn_linked_monitored("app:errs", "app:processes", how)
    for _ = 1, 2 do
      local message = tostring(events:receive().result.error)
      assert(expected == message or expected == #message, how .. ": " .. #message)
    end
  end
end
--@ entry app:leaves
return function(size, atonce)
  if not atonce then process.inbox():receive() end
  return string.rep("v", size)
end
--@ entry app:watches
return function(pid, parent)
  assert(process.monitor(pid))
  process.send(parent, "seen", "ready")
  process.send(parent, "seen", #process.events():receive().result.value)
end
--@ entry app:errs
return function(how)
  if how == "text" then error(string.rep("e", 1000000), 0) end
  error(errors.new({ message = "message", details = { how == "object" and string.rep("d", 1000000) or print } }))
end
