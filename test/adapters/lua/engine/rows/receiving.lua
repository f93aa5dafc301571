--@ row 1.8 listen: decoded values or messages; empty and @ topics; exact match
--@ row 1.8 inbox: the same channel again
--@ row 1.8 events: the same channel again
--@ row 1.8 Where a message goes: listener, inbox, else it waits for whichever comes first
--@ row 1.8 Message: topic, from, payload
--@ row 1.8 Payload: data, get_format
--@ row 1.8 unlisten: closes, wakes, later messages go elsewhere
--@ row 1.8 Closing process channels is refused, and so is sending on them
--@ row 2.9 unmatched message before subscribing
--@ row 2.13 closing process channels
return function()
  local me = process.pid()
  for _, bad in ipairs({ "", "@pid/inbox", "@pid/events", "@x", string.rep("t", 1025) }) do assert(not pcall(process.listen, bad)) end
  assert(not pcall(process.listen))
  -- before inbox was opened a listener still gets what waits
  process.send(me, "early", "for the listener")
  process.send(me, "later", "for the inbox")
  local early = process.listen("early")
  assert(early:receive() == "for the listener")
  local inbox = process.inbox()
  assert(inbox == process.inbox() and process.events() == process.events() and inbox ~= process.events())
  assert(inbox:receive():topic() == "later")
  -- once it is open it has taken them
  process.send(me, "taken", 1)
  local taken = process.listen("taken")
  assert(channel.select({ taken:case_receive(), default = true }).default)
  local message = inbox:receive()
  assert(message:topic() == "taken" and message:from() == me and message:payload():data() == 1 and message:payload():get_format() == "lua/any")
  -- exact
  process.send(me, "takenx", 2)
  assert(inbox:receive():topic() == "takenx")
  -- as messages
  local messages = process.listen("messages", { message = true })
  process.send(me, "messages", { a = 1 })
  message = messages:receive()
  assert(message:topic() == "messages" and message:from() == me and message:payload():data().a == 1)
  assert(process.listen("messages") == messages)
  assert(not pcall(message.topic, inbox) and not pcall(message.from, nil) and not pcall(message.payload, {}))
  -- unlisten: a receiver that waits gets nil, false; what was unread goes on in order
  local parked = process.listen("parked")
  local woken = channel.new(1)
  coroutine.spawn(function()
    local value, ok = parked:receive()
    woken:send({ value == nil, ok })
  end)
  coroutine.spawn(function()
    assert(process.unlisten(parked) == true)
  end)
  local result = woken:receive()
  assert(result[1] and result[2] == false)
  local value, ok = parked:receive()
  assert(value == nil and ok == false)
  local again, why = process.unlisten(parked)
  assert(again == false and why:kind() == "Invalid")
  for _, none in ipairs({ inbox, process.events(), channel.new(), 5 }) do
    again, why = process.unlisten(none)
    assert(again == false and why ~= nil)
  end
  assert(process.unlisten() == false)
  local dropped = process.listen("dropped")
  process.send(me, "dropped", 1)
  process.send(me, "between", 2)
  process.send(me, "dropped", 3)
  assert(process.unlisten(dropped))
  process.send(me, "dropped", 4)
  for i = 1, 4 do
    message = inbox:receive()
    assert(message:payload():data() == i and message:topic() == (i == 2 and "between" or "dropped"))
  end
  assert(process.listen("dropped") ~= dropped)
  -- the channels of a process are not its own to close
  for _, ch in ipairs({ inbox, process.events(), early }) do
    for _, f in ipairs({ ch.close, ch.send, ch.case_send }) do
      ok, why = pcall(f, ch, 1)
      assert(not ok and string.find(why, "owned by the process", 1, true), why)
    end
  end
end
