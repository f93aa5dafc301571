--@ row 1.5 Fairness: who never yields does not keep the others from their turns
--@ row 1.5 Scheduler: a process that waits takes no turns; a coroutine that never yields does not keep those of its process
return function()
  local spinners = {}
  for i = 1, 5 do spinners[i] = process.spawn("app:spins", "app:processes", i) end
  local echo = process.spawn("app:echo", "app:processes")
  local back = process.listen("back")
  for i = 1, 50 do
    process.send(echo, "ping", { from = process.pid(), n = i })
    assert(back:receive() == i)
  end
  coroutine.spawn(function() while true do end end)
  process.send(echo, "ping", { from = process.pid(), n = "own" })
  assert(back:receive() == "own")
  for i = 1, 5 do assert(process.terminate(spinners[i])) end
end
--@ entry app:spins
return function(how)
  if how == 1 then while true do end end
  if how == 2 then while true do pcall(error) end end
  if how == 3 then while true do string.rep("x", 1000) end end
  if how == 4 then coroutine.wrap(function() while true do end end)() end
  local t = setmetatable({}, { __index = function() while true do end end })
  return t.x
end
--@ entry app:echo
return function()
  local ping = process.listen("ping")
  while true do
    local message = ping:receive()
    process.send(message.from, "back", message.n)
  end
end
