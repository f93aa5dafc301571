--@ row 3.4 payload: new, format, data, get_format, transcode, unmarshal
local f = payload.format

return function()
  local p = payload.new({ name = "test", values = { 1, 2 } })
  assert(p:get_format() == f.LUA and f.LUA == "lua/any" and p:data().name == "test" and tostring(p) == "payload{format=lua/any}")
  assert(payload.new(p) == p and p:transcode(f.LUA) == p)
  local json = assert(p:transcode(f.JSON))
  assert(json:get_format() == "json/plain" and json:data().values[2] == 2 and json:unmarshal().name == "test")
  local text = assert(json:transcode(f.STRING))
  assert(text:data() == '{"name":"test","values":[1,2]}' and text:get_format() == "text/plain")
  assert(json:transcode(f.YAML):transcode(f.STRING):data() == "name: test\nvalues:\n  - 1\n  - 2\n")
  assert(json:transcode(f.YAML):transcode(f.LUA):data().values[1] == 1)
  assert(payload.new("a\255"):transcode(f.BYTES):data() == "a\255" and payload.new(5):transcode(f.STRING):data() == "5")
  assert(payload.new("x"):transcode(f.JSON):transcode(f.BYTES):data() == '"x"')

  for _, wanted in ipairs({ f.MSGPACK, f.GOLANG, f.ERROR, "x" }) do
    local none, problem = p:transcode(wanted)
    assert(none == nil and problem:kind() == errors.INVALID and string.find(problem, wanted, 1, true))
  end
  for _, case in ipairs({ { p, f.STRING }, { payload.new("\255"), f.JSON }, { payload.new(nil), f.BYTES } }) do
    local none, problem = case[1]:transcode(case[2])
    assert(none == nil and problem:kind() == errors.INVALID)
  end
  assert(payload.new(nil):data() == nil and payload.new(nil):transcode(f.JSON):transcode(f.STRING):data() == "null")

  process.send(process.pid(), "p", json)
  local inbox = process.inbox():receive()
  assert(inbox:payload():get_format() == f.JSON and inbox:payload():data().name == "test")
  assert(not pcall(p.data, {}))
end
