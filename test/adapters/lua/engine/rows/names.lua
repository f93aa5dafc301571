--@ row 1.10 register: again, another's, many, malformed, foreign
--@ row 1.10 lookup
--@ row 1.10 unregister: the owner alone
--@ row 1.10 Auto release, before EXIT
--@ row 1.10 Scopes: LOCAL alone
--@ row 2.17 name conflict
--@ row 2.18 scopes refused
return function()
  local me, events, registry = process.pid(), process.events(), process.registry
  assert(registry.register("one") == true and registry.register("one") == true and registry.register("one", me) == true)
  assert(registry.register("two") == true and registry.lookup("one") == me and registry.lookup("two") == me)
  assert(process.send("two", "t", 1) and process.inbox():receive():from() == me)
  local other = process.spawn_monitored("app:other", "app:processes", me)
  local found = process.listen("found"):receive()
  assert(found.taken == "AlreadyExists" and found.text == "name already registered: one")
  assert(found.unregistered == false and found.why == "PermissionDenied" and registry.lookup("one") == me)
  -- for another process, whose it is then
  assert(registry.register("for other", other) == true and registry.lookup("for other") == other)
  assert(registry.unregister("for other") == false and registry.lookup("for other") == other)
  local ok, why = registry.register("for other")
  assert(ok == nil and why:kind() == "AlreadyExists")
  process.send(other, "go", true)
  assert(events:receive().from == other)
  assert(registry.lookup("for other") == nil and registry.lookup("others own") == nil)
  ok, why = registry.register("ghost", other)
  assert(ok == nil and why:kind() == "NotFound" and registry.lookup("ghost") == nil)
  for _, malformed in ipairs({ "{bad", "one", "", 5 }) do
    ok, why = registry.register("ghost", malformed)
    assert(ok == nil and why:kind() == "Invalid", tostring(why))
  end
  for _, bad in ipairs({ "", "{x", string.rep("n", 256), 5, {} }) do
    ok, why = registry.register(bad)
    assert(ok == nil and why:kind() == "Invalid")
    ok, why = registry.lookup(bad)
    assert(ok == nil and why:kind() == "Invalid")
  end
  ok, why = registry.lookup("nobody")
  assert(ok == nil and why:kind() == "NotFound" and string.find(why, "name not registered", 1, true))
  assert(registry.unregister("nobody") == false and registry.unregister("one") == true and registry.lookup("one") == nil)
  assert(registry.unregister("one") == false)
  -- scopes
  assert(registry.LOCAL == 0 and registry.EVENTUAL == 1 and registry.CONSISTENT == 2 and registry.STRONG == 3)
  assert(registry.register("scoped", nil, registry.LOCAL) == true and registry.lookup("scoped", registry.LOCAL) == me)
  for _, scope in ipairs({ registry.EVENTUAL, registry.CONSISTENT, registry.STRONG, "x" }) do
    ok, why = registry.register("wide", nil, scope)
    assert(ok == nil and why:kind() == "Unavailable")
    ok, why = registry.lookup("scoped", scope)
    assert(ok == nil and why:kind() == "Unavailable")
  end
  -- no more than a process needs
  local count = 0
  while registry.register("many " .. count) do count = count + 1 end
  assert(count == 998, count)
  ok, why = registry.register("too many")
  assert(ok == nil and why:kind() == "LimitExceeded")
end
--@ entry app:other
return function(parent)
  local go = process.listen("go")
  local _, taken = process.registry.register("one")
  local unregistered, why = process.registry.unregister("one")
  process.registry.register("others own")
  process.send(parent, "found", { taken = taken:kind(), text = tostring(taken), unregistered = unregistered, why = why:kind() })
  go:receive()
end
