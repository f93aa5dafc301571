--@ row 1.11 time.after gives one time value, then no more
--@ row 3.4 time.sleep; numbers are nanoseconds, texts durations
--@ row 3.4 time.timer: channel, response, stop, reset; not for a pause of nothing
--@ row 3.4 time.ticker: channel, stop
local time = require("time")

local function elapsed(since) return time.now():sub(since):milliseconds() end

local function after()
  local begun = time.now()
  local channel_ = time.after("50ms")
  local at, ok = channel_:receive()
  assert(ok and at:sub(begun):milliseconds() == 50)
  local again = channel.select({ channel_:case_receive(), time.after("10ms"):case_receive() })
  assert(again.channel ~= channel_)
  time.sleep(5 * time.MILLISECOND)
  time.sleep(time.parse_duration("5ms"))
  time.sleep(0)
  time.sleep("-1s")
  assert(elapsed(begun) == 70, elapsed(begun))
  assert(not pcall(time.sleep, "soon") and not pcall(time.after, nil) and not pcall(time.sleep, {}))
end

local function timer()
  local begun = time.now()
  local t = time.timer("20ms")
  assert(t:channel() == t:response())
  assert(t:reset("40ms") == true)
  assert(t:channel():receive():sub(begun):milliseconds() == 40)
  assert(t:stop() == false and t:reset(time.parse_duration("10ms")) == false)
  assert(t:channel():receive():sub(begun):milliseconds() == 50)
  assert(t:reset("10ms") == false and t:stop() == true)
  local r = channel.select({ t:channel():case_receive(), time.after("30ms"):case_receive() })
  assert(r.channel ~= t:channel())
  for _, none in ipairs({ 0, -5, "0s", "-1s", "x", {} }) do assert(not pcall(time.timer, none) and not pcall(time.ticker, none)) end
  assert(not pcall(t.reset, t, 0) and not pcall(t.stop, {}))
end

local function ticker()
  local begun = time.now()
  local t = time.ticker("10ms")
  for i = 1, 3 do assert(t:channel():receive():sub(begun):milliseconds() == 10 * i) end
  assert(t:stop() == true and t:stop() == false)
  local r = channel.select({ t:response():case_receive(), time.after("30ms"):case_receive() })
  assert(r.channel ~= t:channel())
end

return function()
  after()
  timer()
  ticker()
end
