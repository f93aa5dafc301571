--@ row 1.7 cancel: CANCEL on the events, true; the dead; one never read stays queued
--@ row 2.2 cancel argument: milliseconds, duration, reason, both in either order; table and others refused
--@ row 2.3 deadline force: only when a deadline was given
--@ row 2.28 cancel of one that never listens
return function()
  local me, events = process.pid(), process.events()
  local function now()
    process.cancel(me)
    return events:receive().at
  end
  local function canceled(...)
    assert(process.cancel(me, ...) == true)
    local event = events:receive()
    assert(event.kind == process.event.CANCEL and event.from == me and event.event.kind == event.kind and type(event.reason) == "string")
    return math.floor((event.deadline - event.at) * 1000 + 0.5), event.reason
  end
  -- advisory: nobody is ended for it
  for _, given in ipairs({ {}, { nil, nil } }) do
    local ms, reason = canceled(table.unpack(given, 1, 2))
    assert(ms == 30000 and reason == "")
  end
  local ms, reason = canceled("going home")
  assert(ms == 30000 and reason == "going home")
  ms, reason = canceled(nil, "later")
  assert(ms == 30000 and reason == "later")
  -- with a deadline, in a process of its own
  local function asked(...)
    local pid = process.spawn_monitored("app:asked", "app:processes")
    assert(process.cancel(pid, ...) == true)
    local event = events:receive()
    assert(event.from == pid and event.kind == process.event.EXIT and event.result.error == nil, tostring(event.result.error))
    return event.result.value.ms, event.result.value.reason
  end
  for i, row in ipairs({
    { { 5000 }, 5000, "" }, { { "5s" }, 5000, "" }, { { "1m30s", "why" }, 90000, "why" }, { { "why", "1m30s" }, 90000, "why" },
    { { 250, "why" }, 250, "why" }, { { "why", 250 }, 250, "why" }, { { "5s", "6s" }, 5000, "6s" }, { { nil, 70 }, 70, "" },
  }) do
    ms, reason = asked(table.unpack(row[1], 1, 2))
    assert(ms == row[2] and reason == row[3], i .. ": " .. ms .. " " .. reason)
  end
  for _, bad in ipairs({ { {} }, { true }, { -5 }, { "-5s" }, { 0 / 0 }, { 1 / 0 }, { 5, 6 }, { "a", "b" }, { string.rep("r", 1025) } }) do
    local ok, why = process.cancel(me, table.unpack(bad))
    assert(ok == nil and why:kind() == "Invalid", tostring(why))
  end
  -- enforced
  local pid = process.spawn_monitored("app:ignores", "app:processes")
  local started = now()
  assert(process.cancel(pid, "2s") == true)
  local event = events:receive()
  assert(event.from == pid and tostring(event.result.error) == "cancel deadline exceeded")
  assert(now() - started >= 1.999)
  -- the first of several deadlines counts
  pid = process.spawn_monitored("app:ignores", "app:processes")
  started = now()
  assert(process.cancel(pid, "1h") and process.cancel(pid, "1s") and process.cancel(pid, "2h"))
  assert(events:receive().from == pid)
  assert(now() - started < 2)
  -- a runaway too, and one that becomes another before it
  pid = process.spawn_monitored("app:ignores", "app:processes", "upgrade")
  assert(process.cancel(pid, 100))
  event = events:receive()
  assert(event.from == pid and tostring(event.result.error) == "cancel deadline exceeded", tostring(event.result.error))
  -- one without a deadline may take its time
  pid = process.spawn_monitored("app:ignores", "app:processes", "slow")
  assert(process.cancel(pid, "please"))
  event = events:receive()
  assert(event.from == pid and event.result.value == "in my own time")
  for _, gone in ipairs({ pid, "unknown" }) do
    local ok, why = process.cancel(gone)
    assert(ok == nil and why:kind() == "NotFound")
  end
  -- never read: it waits for events(), and there are not too many of them
  pid = process.spawn("app:late", "app:processes", me)
  process.listen("late"):receive()
  assert(process.cancel(pid, "remembered"))
  local refused
  for _ = 1, 1100 do
    local ok, why = process.cancel(pid, "again")
    if not ok then refused = why break end
  end
  assert(refused:kind() == "Unavailable" and refused:retryable() == true)
  process.send(pid, "go", true)
  assert(process.listen("reason"):receive() == "remembered")
end
--@ entry app:asked
return function()
  local event = process.events():receive()
  return { ms = math.floor((event.deadline - event.at) * 1000 + 0.5), reason = event.reason }
end
--@ entry app:ignores
local time = require("time")
return function(how)
  if how == "slow" then
    time.sleep("20s")
    return "in my own time"
  end
  if how == "upgrade" then process.upgrade(nil, "upgraded") end
  process.inbox():receive()
end
--@ entry app:late
return function(parent)
  local go = process.listen("go")
  process.send(parent, "late", true)
  go:receive()
  process.send(parent, "reason", process.events():receive().reason)
end
