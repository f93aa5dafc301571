--@ row 1.11 channel.new: by reference, a negative capacity is 0
--@ row 1.11 send: true; blocks when full; raises when closed, also one that waits
--@ row 1.11 receive: value, true; closed and drained: nil, false for ever
--@ row 1.11 close: buffered values stay; twice; nothing returned
--@ row 1.11 FIFO
local time = require("time")

-- Until the other coroutines of the process wait.
local function settle() time.sleep("1ms") end

return function()
  local value = { 1 }
  local ch = channel.new(2)
  assert(ch:send(value) == true and ch:send(nil) == true)
  local got, ok = ch:receive()
  assert(got == value and ok == true)
  got, ok = ch:receive()
  assert(got == nil and ok == true)
  -- blocks when full
  local log = {}
  ch:send(1)
  ch:send(2)
  coroutine.spawn(function()
    ch:send(3)
    log[#log + 1] = "sent"
  end)
  settle()
  assert(#log == 0)
  assert(ch:receive() == 1)
  assert(ch:receive() == 2 and ch:receive() == 3)
  -- no capacity, and less than none
  for _, capacity in ipairs({ 0, -5 }) do
    local rendezvous = channel.new(capacity)
    coroutine.spawn(function() rendezvous:send("met") end)
    assert(rendezvous:receive() == "met")
  end
  -- senders and receivers are served in order
  local order = channel.new()
  for i = 1, 5 do coroutine.spawn(function() order:send(i) end) end
  settle()
  for i = 1, 5 do assert(order:receive() == i) end
  local results = channel.new(10)
  for i = 1, 5 do coroutine.spawn(function() results:send({ i, order:receive() }) end) end
  settle()
  for i = 1, 5 do order:send("v" .. i) end
  for i = 1, 5 do
    local pair = results:receive()
    assert(pair[2] == "v" .. pair[1])
  end
  -- close
  local buffered = channel.new(3)
  buffered:send("a")
  buffered:send("b")
  assert(select("#", buffered:close()) == 0 and select("#", buffered:close()) == 0)
  local a, b = { buffered:receive() }, { buffered:receive() }
  assert(a[1] == "a" and a[2] == true and b[1] == "b" and b[2] == true)
  for _ = 1, 3 do
    got, ok = buffered:receive()
    assert(got == nil and ok == false)
  end
  local sent, why = pcall(buffered.send, buffered, 1)
  assert(not sent and string.find(why, "send on closed channel", 1, true))
  -- those that wait when it closes
  local closing, outcomes = channel.new(), channel.new(10)
  coroutine.spawn(function()
    local v, more = closing:receive()
    outcomes:send(v == nil and more == false)
  end)
  settle()
  closing:close()
  assert(outcomes:receive() == true)
  closing = channel.new()
  coroutine.spawn(function()
    local fine, what = pcall(closing.send, closing, 1)
    outcomes:send(not fine and string.find(what, "send on closed channel", 1, true) ~= nil)
  end)
  settle()
  closing:close()
  assert(outcomes:receive() == true)
  assert(not pcall(channel.new, "x") and not pcall(ch.send) and not pcall(ch.receive, {}))
end
