--@ row 1.8 send: true, or nil and an error: arguments, topics, names, the dead
--@ row 1.8 self send
--@ row 1.8 Reserved topics
--@ row 1.8 Several values; zero values send nothing
--@ row 1.7 Arguments and message values: copied, with circles, shared parts and metatables; functions, coroutines and channels refused
--@ row 2.1 send with several values
--@ row 2.31 a payload is sent on unopened
--@ row 1.4 Delivery guarantee; PID in Lua is a text
local function refused(kind, text, ok, why)
  assert(ok == nil, "it was not refused: " .. text)
  assert(why:kind() == kind, tostring(why) .. ": " .. why:kind())
  assert(string.find(why, text, 1, true), tostring(why))
end
return function()
  local me = process.pid()
  assert(type(me) == "string" and process.send(me, "t", 1) == true)
  assert(process.inbox():receive():payload():data() == 1)
  refused("Invalid", "destination and a topic", process.send())
  refused("Invalid", "destination and a topic", process.send(me))
  refused("Invalid", "a PID or a name is expected", process.send({}, "t"))
  refused("Invalid", "topic is expected", process.send(me, 5))
  refused("Invalid", "1 to 1024 bytes", process.send(me, ""))
  refused("Invalid", "cannot send to @ topics", process.send(me, "@pid/inbox", 1))
  refused("Invalid", "cannot send to @ topics", process.send(me, "@anything", 1))
  refused("NotFound", "could not resolve", process.send("nobody", "t", 1))
  refused("NotFound", "not found", process.send("{app:processes|app:main|0xfffff}", "t", 1))
  refused("NotFound", "not found", process.send("{host1|app:worker|proc123}", "t", 1))
  for _, malformed in ipairs({ "{", "{}", "{a}", "{|b}", "{a|}", "{a|b|c|0x00001}" }) do refused("Invalid", "malformed PID", process.send(malformed, "t", 1)) end
  -- one that has ended, and one that is about to
  local dead = process.spawn("app:ends", "app:processes")
  process.monitor(dead)
  process.events():receive()
  refused("NotFound", "not found", process.send(dead, "t", 1))
  local dying = process.spawn("app:waits", "app:processes")
  assert(process.terminate(dying) == true)
  refused("NotFound", "process not found", process.send(dying, "t", 1))
  -- values
  local ch = process.listen("values")
  assert(process.send(me, "values") == true)
  assert(process.send(me, "values", nil, false, 1, 2.5, "text", math.mininteger, 1 / 0, "") == true)
  local got = {}
  for i = 1, 8 do
    local value, ok = ch:receive()
    assert(ok == true)
    got[i] = value
  end
  assert(got[1] == nil and got[2] == false and got[3] == 1 and math.type(got[3]) == "integer" and got[4] == 2.5 and got[5] == "text")
  assert(got[6] == math.mininteger and got[7] == 1 / 0 and got[8] == "")
  assert(channel.select({ ch:case_receive(), default = true }).default)
  -- copies: circles, shared parts, metatables; a later change shows nowhere
  local shared = { 1 }
  local sent = setmetatable({ a = shared, b = shared, list = { 1, nil, 3 }, [2.5] = true, [true] = "yes" }, { __index = { inherited = "i" } })
  sent.self = sent
  process.send(me, "values", sent)
  shared[1] = 2
  local value = ch:receive()
  assert(value ~= sent and value.self == value and value.a == value.b and value.a[1] == 1 and value.inherited == "i")
  assert(value.list[3] == 3 and value.list[2] == nil and value[2.5] and value[true] == "yes")
  -- an error object stays one; a payload is sent on unopened, nested as well
  process.send(me, "values", errors.new({ message = "m", kind = errors.INVALID }), { deep = payload.new({ 7 }) })
  value = ch:receive()
  assert(errors.is(value, errors.INVALID) and value:message() == "m")
  value = ch:receive()
  assert(type(value.deep) == "userdata" and value.deep:data()[1] == 7)
  process.send(me, "forward", "body")
  local message = process.inbox():receive()
  process.send(me, "forwarded", message:payload())
  message = process.inbox():receive()
  assert(message:topic() == "forwarded" and message:payload():data() == "body" and message:payload():get_format() == "lua/any")
  -- refused: raised, and nothing of it arrives
  for name, bad in pairs({ ["function"] = print, thread = coroutine.create(print), channel = channel.new() }) do
    local ok, why = pcall(process.send, me, "values", { { bad } })
    assert(not ok and string.find(why, "value of type " .. name .. " cannot be sent", 1, true), why)
    assert(not pcall(process.spawn, "app:ends", "app:processes", bad))
    assert(not pcall(process.exec, "app:ends", "app:processes", bad))
  end
  local deep = {}
  for _ = 1, 200 do deep = { deep } end
  assert(not pcall(process.send, me, "values", deep))
  assert(channel.select({ ch:case_receive(), default = true }).default)
end
--@ entry app:ends
return function() end
--@ entry app:waits
return function() process.inbox():receive() end
