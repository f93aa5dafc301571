--@ row 1.7 Spawner: with_context, with_options, with_name, with_message; immutable; failures raise
--@ row 1.7 with_name: spawn or signal
--@ row 1.7 with_message: before the first step, in order
--@ row 1.7 Context: inherited by children, merged, the child wins
return function()
  local me, events = process.pid(), process.events()
  local base = process.with_context({ tenant = "a", tier = 1 })
  local other = base:with_context({ tenant = "b" })
  assert(base ~= other and not pcall(function() base.x = 1 end) and not pcall(rawset, base, nil, 1))
  local one = base:exec("app:context", "app:processes")
  assert(one.tenant == "a" and one.tier == 1)
  local two = other:exec("app:context", "app:processes")
  assert(two.tenant == "b" and two.tier == 1)
  -- inherited by the child's own child, and by one with nothing said
  local three = base:exec("app:grandparent", "app:processes")
  assert(three.tenant == "a" and three.tier == 2 and three.own == true)
  -- values are copied when they are given
  local list = { 1 }
  local late = process.with_context({ list = list })
  list[1] = 2
  assert(late:exec("app:context", "app:processes").list[1] == 1)
  -- options
  local options = process.with_options({ trap_links = true }):exec("app:options", "app:processes")
  assert(options.trap_links == true and options.link_events == false)
  -- messages come before the first step, in order, from the one who spawns
  local got = base:with_message("a", 1, 2):with_message("b", { 3 }):exec("app:three", "app:processes")
  assert(got[1] == "a1" and got[2] == "a2" and got[3] == "b3" and got.from == me)
  -- spawn or signal
  local named = process.with_context({}):with_name("single"):with_message("work", "x")
  local first = named:spawn("app:named", "app:processes", me)
  local second = named:spawn_monitored("app:named", "app:processes", me)
  assert(first == second and process.registry.lookup("single") == first)
  local reports = process.listen("report")
  local a, b = reports:receive(), reports:receive()
  assert(a.from == me and b.from == nil and b.value == "x")
  local exit = events:receive()
  assert(exit.from == first and exit.result.value == "end")
  assert(process.registry.lookup("single") == nil)
  -- failures are raised
  local bad = {
    function() process.with_context("x") end, function() process.with_context({ f = print }) end, function() process.with_context({ "x" }) end,
    function() process.with_options({ unknown = true }) end, function() process.with_options({ trap_links = 1 }) end,
    function() base:with_name("") end, function() base:with_message("@pid/inbox", 1) end, function() base:with_message("t", channel.new()) end,
    function() base:with_message() end, function() base:spawn("app:absent", "app:processes") end, function() base:spawn("app:context", "app:nowhere") end,
    function() base:spawn() end, function() base:exec("app:absent", "app:processes") end, function() base:with_actor({}) end,
    function() process.with_context({ big = string.rep("x", 70000) }) end,
  }
  for i, f in ipairs(bad) do
    local ok, why = pcall(f)
    assert(not ok and why ~= nil, "no failure: " .. i)
  end
  local _, why = pcall(function() base:spawn("app:absent", "app:processes") end)
  assert(errors.is(why, errors.NOT_FOUND))
end
--@ entry app:context
local ctx = require("ctx")
return function() return ctx.all() end
--@ entry app:grandparent
return function()
  local all = process.exec("app:context", "app:processes")
  assert(all.tier == 1)
  return process.with_context({ tier = 2, own = true }):exec("app:context", "app:processes")
end
--@ entry app:options
return function() return process.get_options() end
--@ entry app:three
return function()
  local inbox, got = process.inbox(), {}
  for i = 1, 3 do
    local result = channel.select({ inbox:case_receive(), default = true })
    local data = result.value:payload():data()
    got[i] = result.value:topic() .. (type(data) == "table" and data[1] or data)
    got.from = result.value:from()
  end
  return got
end
--@ entry app:named
return function(parent)
  local inbox = process.inbox()
  for _ = 1, 2 do
    local message = inbox:receive()
    process.send(parent, "report", { from = message:from(), value = message:payload():data() })
  end
  return "end"
end
