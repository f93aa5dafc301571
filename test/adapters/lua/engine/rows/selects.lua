--@ row 1.11 select: the first ready case in listed order; result; what is no case is ignored
--@ row 1.11 select: closed receive, closed send
--@ row 1.11 default
--@ row 1.11 result.error
--@ row 1.11 Identity of result.channel
--@ row 1.11 Timeout
--@ row 2.12 result.error in select
local time = require("time")

-- Until the other coroutines of the process wait.
local function settle() time.sleep("1ms") end

return function()
  local a, b = channel.new(1), channel.new(1)
  a:send("a")
  b:send("b")
  local result = channel.select({ b:case_receive(), a:case_receive() })
  assert(result.channel == b and result.value == "b" and result.ok == true and result.default == nil and result.error == nil)
  result = channel.select({ "no case", 5, a:case_receive(), {} })
  assert(result.channel == a and result.value == "a")
  result = channel.select({ a:case_send("x"), b:case_receive() })
  assert(result.channel == a and result.value == nil and result.ok == true and a:receive() == "x")
  -- default, both ways
  for _, each in ipairs({ channel.select({ a:case_receive(), default = true }), channel.select({ a:case_receive() }, true) }) do
    assert(each.default == true and each.ok == true and each.channel == nil)
  end
  assert(channel.select({ b:case_send(1), default = true }).channel == b and channel.select({ b:case_send(2), default = true }).default)
  -- closed: buffered first, then ready at once, before the default
  b:close()
  result = channel.select({ b:case_receive(), default = true })
  assert(result.value == 1 and result.ok == true)
  result = channel.select({ b:case_receive(), default = true })
  assert(result.channel == b and result.value == nil and result.ok == false and result.error == "channel closed" and result.default == nil)
  local ok, why = pcall(channel.select, { b:case_send(1) })
  assert(not ok and string.find(why, "send on closed channel", 1, true))
  ok, why = pcall(channel.select, { b:case_send(1), default = true })
  assert(not ok and string.find(why, "send on closed channel", 1, true))
  -- while it waits
  local outcomes = channel.new(10)
  local function selecting(cases)
    coroutine.spawn(function() outcomes:send({ pcall(channel.select, cases) }) end)
    settle()
  end
  local c, d = channel.new(), channel.new()
  selecting({ c:case_receive(), d:case_send("from select") })
  assert(d:receive() == "from select")
  local outcome = outcomes:receive()
  assert(outcome[1] and outcome[2].channel == d and outcome[2].value == nil and outcome[2].ok)
  selecting({ c:case_receive(), d:case_send(1) })
  c:send("to select")
  outcome = outcomes:receive()
  assert(outcome[2].channel == c and outcome[2].value == "to select" and outcome[2].ok)
  selecting({ c:case_receive(), d:case_send(1) })
  c:close()
  outcome = outcomes:receive()
  assert(outcome[2].channel == c and outcome[2].ok == false and outcome[2].error == "channel closed")
  selecting({ d:case_send(1) })
  d:close()
  outcome = outcomes:receive()
  assert(outcome[1] == false and string.find(outcome[2], "send on closed channel", 1, true))
  -- the list may change under it
  local e, f = channel.new(), channel.new()
  local cases = { "none", e:case_receive(), f:case_send("kept") }
  selecting(cases)
  for i = 1, 3 do cases[i] = nil end
  cases[1] = 5
  assert(f:receive() == "kept")
  assert(outcomes:receive()[2].channel == f)
  -- identity, of the channels of the process too
  local me, inbox, topic, events = process.pid(), process.inbox(), process.listen("topic"), process.events()
  process.send(me, "topic", 1)
  assert(channel.select({ inbox:case_receive(), events:case_receive(), topic:case_receive() }).channel == topic)
  process.send(me, "other", 1)
  result = channel.select({ topic:case_receive(), events:case_receive(), inbox:case_receive() })
  assert(result.channel == inbox and result.value:topic() == "other")
  process.spawn_monitored("app:ends", "app:processes")
  result = channel.select({ topic:case_receive(), inbox:case_receive(), events:case_receive() })
  assert(result.channel == events and result.value.kind == process.event.EXIT)
  -- a timeout gives one value; a timer that loses does no harm
  local timeout = time.after("5s")
  result = channel.select({ topic:case_receive(), timeout:case_receive() })
  assert(result.channel == timeout and result.ok == true and result.value ~= nil)
  assert(channel.select({ timeout:case_receive(), default = true }).default)
  for _ = 1, 1000 do
    process.send(me, "topic", 1)
    local losing = time.after("1h")
    assert(channel.select({ topic:case_receive(), losing:case_receive() }).channel == topic)
  end
  assert(not pcall(channel.select) and not pcall(channel.select, 5))
  local many = {}
  for i = 1, 1001 do many[i] = topic:case_receive() end
  assert(not pcall(channel.select, many))
  -- nothing to wait for: that is a deadlock
  local why2 = process.exec("app:empty_select", "app:processes")
  assert(why2 == nil)
  local _, failure = process.exec("app:empty_select", "app:processes")
  assert(string.find(failure, "deadlock", 1, true))
end
--@ entry app:ends
return function() end
--@ entry app:empty_select
return function() channel.select({}) end
