--@ row 1.8 send: each value is a message of its own, in order
--@ row 1.8 listen: the same topic gives the same channel
--@ row 1.8 where a message goes: a listener, else the inbox, else it waits in order
return function()
  local me = process.pid()
  assert(process.send(me, "early", 1) == true)
  local inbox = process.inbox()
  assert(process.send(me, "several", 1, "two", { 3 }))
  local several = process.listen("several")
  assert(several == process.listen("several"))
  local first = inbox:receive()
  assert(first:topic() == "early" and first:payload():data() == 1 and first:from() == me)
  local topics = {}
  for i = 1, 3 do topics[i] = inbox:receive():payload():data() end
  assert(topics[1] == 1 and topics[2] == "two" and topics[3][1] == 3)
  process.send(me, "several", "late")
  local value, ok = several:receive()
  assert(value == "late" and ok == true)
end
