-- The module time.
local native = ...
local times, calendar, parse = native.times, native.calendar, native.parse
local SECOND = times.SECOND

local time = {
  NANOSECOND = 1, MICROSECOND = 1000, MILLISECOND = 1000000, SECOND = SECOND, MINUTE = 60 * SECOND, HOUR = 3600 * SECOND,
  RFC3339 = "2006-01-02T15:04:05Z07:00", RFC3339NANO = "2006-01-02T15:04:05.999999999Z07:00",
  RFC822 = "02 Jan 06 15:04 MST", RFC822Z = "02 Jan 06 15:04 -0700", RFC850 = "Monday, 02-Jan-06 15:04:05 MST",
  RFC1123 = "Mon, 02 Jan 2006 15:04:05 MST", RFC1123Z = "Mon, 02 Jan 2006 15:04:05 -0700", KITCHEN = "3:04PM",
  STAMP = "Jan _2 15:04:05", STAMP_MILLI = "Jan _2 15:04:05.000", STAMP_MICRO = "Jan _2 15:04:05.000000",
  STAMP_NANO = "Jan _2 15:04:05.000000000",
  DATE_TIME = "2006-01-02 15:04:05", DATE_ONLY = "2006-01-02", TIME_ONLY = "15:04:05",
  utc = times.location("UTC"), localtz = times.location("Local"),
}
for number, name in ipairs(calendar.months) do time[string.upper(name)] = number end
for number = 0, 6 do time[string.upper(calendar.weekdays[number])] = number end

local function integer(value, name, default)
  if value == nil and default then return default end
  local exact = type(value) == "number" and math.tointeger(value)
  if not exact then error(name .. " must be an integer, got " .. tostring(value), 3) end
  return exact
end

local function zone(location)
  if location == nil then return "Local" end
  return times.zone(location)
end

-- {=========================================== times

time.now = native.timenow

function time.date(year, month, day, hour, minute, second, nanosecond, location)
  local shown = calendar.seconds(
    integer(year, "year"), integer(month, "month"), integer(day, "day"), integer(hour, "hour", 0), integer(minute, "minute", 0),
    integer(second, "second", 0)
  )
  nanosecond = integer(nanosecond, "nanosecond", 0)
  shown = shown + nanosecond // SECOND
  local where = zone(location)
  return times.time(times.secondsat(where, shown), nanosecond % SECOND, where)
end

function time.unix(seconds, nanoseconds)
  return times.time(integer(seconds, "seconds"), integer(nanoseconds, "nanoseconds", 0), "Local")
end

-- When clocks are looked at for a name that they do not have in the year that is meant.
local WINTER, SUMMER = calendar.seconds(2024, 1, 1, 0, 0, 0), calendar.seconds(2024, 7, 1, 0, 0, 0)

-- An offset is that of the location if that has it then, else a fixed zone; a name without an offset is looked up there.
local function withzone(p, shown, where)
  if p.isutc then return times.time(shown, p.nanosecond, "UTC") end
  if p.offset then
    local offset, name = native.zone(where, shown - p.offset)
    local isits = offset == p.offset and (p.zonename == nil or p.zonename == name)
    return times.time(shown - p.offset, p.nanosecond, isits and where or string.format("%+d %s", p.offset, p.zonename or ""))
  end
  for _, at in ipairs({ shown, calendar.seconds(p.year, 1, 1, 0, 0, 0), calendar.seconds(p.year, 7, 1, 0, 0, 0), WINTER, SUMMER }) do
    local offset, name = native.zone(where, at)
    if name == p.zonename then return times.time(shown - offset, p.nanosecond, where) end
  end
  local hours = string.match(p.zonename, "^GMT([+-]%d%d?)$")
  local offset = hours and tonumber(hours) * 3600 or 0
  return times.time(shown - offset, p.nanosecond, string.format("%+d %s", offset, p.zonename))
end

function time.parse(layout, value, location)
  if type(layout) ~= "string" or type(value) ~= "string" then
    return native.refuse("Invalid", "a layout and a text are expected, got " .. type(layout) .. " and " .. type(value))
  end
  local where = zone(location)
  local p, problem = parse(layout, value)
  if not p then return native.refuse("Invalid", problem) end
  local shown = calendar.seconds(p.year, p.month, p.day, p.hour, p.minute, p.second)
  if p.isutc or p.offset or p.zonename then return withzone(p, shown, where) end
  return times.time(times.secondsat(where, shown), p.nanosecond, where)
end

function time.parse_duration(text)
  local ns = times.nanoseconds(text)
  if not ns then return native.refuse("Invalid", "invalid duration: " .. tostring(text)) end
  return times.duration(ns)
end

function time.load_location(name)
  if type(name) ~= "string" then return native.refuse("Invalid", "the name of a location is expected, got " .. type(name)) end
  if name == "" or name == "UTC" then return times.location("UTC") end
  if name == "Local" then return times.location("Local") end
  local known, problem = native.call("time.location", name)
  if not known then return nil, problem end
  return times.location(known)
end

function time.fixed_zone(name, offset)
  if type(name) ~= "string" then error("the name of a zone is expected, got " .. type(name), 2) end
  offset = integer(offset, "offset")
  if math.abs(offset) > 86400 then error("an offset is at most a day of seconds, got " .. offset, 2) end
  return times.location(string.format("%+d %s", offset, name))
end

-- }===========================================

-- {=========================================== pauses

local MOST = 4611686018427387904 // 1000000 -- milliseconds; a pause beyond is as good as for ever

local function milliseconds(ns) return math.min(ns / 1000000, MOST) end

-- Gives the time once, then nothing more.
function time.after(duration)
  local ns = times.checkduration(duration, "time.after")
  return native.timer(ns > 0 and milliseconds(ns) or 0, 0)
end

function time.sleep(duration)
  local ns = times.checkduration(duration, "time.sleep")
  if ns > 0 then native.timer(milliseconds(ns), 0):receive() end
end

local function positive(duration, what)
  local ns = times.nanoseconds(duration)
  if not ns then error(what .. ": a duration is expected, such as \"5s\", got " .. tostring(duration), 3) end
  if ns <= 0 then error(what .. ": duration must be > 0", 3) end
  return milliseconds(ns)
end

local function channelof(self, meta, name)
  return native.unbox(self, meta) or error("a " .. name .. " is expected: call its methods with ':'", 3)
end

local timers, tickers = {}, {}
local timermeta = { __name = "timer", __metatable = false, __index = timers }
local tickermeta = { __name = "ticker", __metatable = false, __index = tickers }

function time.timer(duration)
  return native.box(timermeta, native.timer(positive(duration, "time.timer"), 0))
end

function timers.channel(self) return channelof(self, timermeta, "timer") end
timers.response = timers.channel

-- Was it still running?
function timers.stop(self) return native.stoptimer(channelof(self, timermeta, "timer")) end

function timers.reset(self, duration)
  local channel = channelof(self, timermeta, "timer")
  return native.restarttimer(channel, positive(duration, "timer:reset"))
end

function time.ticker(duration)
  local ms = math.max(positive(duration, "time.ticker"), 1) -- no more often than clocks of the host can
  return native.box(tickermeta, native.timer(ms, ms))
end

function tickers.channel(self) return channelof(self, tickermeta, "ticker") end
tickers.response = tickers.channel
function tickers.stop(self) return native.stoptimer(channelof(self, tickermeta, "ticker")) end

-- }===========================================

return time
