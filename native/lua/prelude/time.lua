-- Pauses: time.after, sleep and ticker. The calendar comes with the other half of this module.
local native = ...

local time = {
  NANOSECOND = 1, MICROSECOND = 1000, MILLISECOND = 1000000, SECOND = 1000000000, MINUTE = 60000000000, HOUR = 3600000000000,
}

-- Milliseconds of a duration: "1h30m", or a number of nanoseconds.
local function milliseconds(duration, what)
  local ms
  if type(duration) == "number" then ms = duration / 1e6
  elseif type(duration) == "string" then ms = native.duration(duration) end
  if ms == nil then error(what .. ": a duration is expected, such as \"5s\", got " .. tostring(duration), 3) end
  return ms
end

function time.after(duration)
  local ms = milliseconds(duration, "time.after")
  return native.timer(ms > 0 and ms or 0, 0)
end

function time.sleep(duration)
  local ms = milliseconds(duration, "time.sleep")
  if ms > 0 then native.timer(ms, 0):receive() end
end

return time
