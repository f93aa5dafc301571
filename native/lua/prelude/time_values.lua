-- Times, durations and locations: values that can be sent. A time is { seconds since 1970, nanoseconds, zone }, a duration its
-- nanoseconds, a location the name of its zone: "UTC", "Local", of the zone database, or "+3600 NAME" for a fixed one.
local native = ...
local state, object, kindof, zoneat = native.state, native.object, native.kindof, native.zone
local calendar, layouts = native.calendar, native.layout
local TIME, DURATION, LOCATION = 3, 4, 5
local SECOND = 1000000000
local FIRST = -62135596800 -- 0001-01-01 00:00:00 UTC, the zero time

local times = { SECOND = SECOND }

local function expect(value, kind, name, level)
  if kindof(value) ~= kind then error(name .. " expected, got " .. type(value), level or 4) end
  return state(value)
end

local function own(value) return expect(value, TIME, "time") end

function times.time(seconds, nanoseconds, zone)
  return object(TIME, { seconds + nanoseconds // SECOND, nanoseconds % SECOND, zone })
end

function times.duration(nanoseconds) return object(DURATION, nanoseconds) end

function times.location(zone) return object(LOCATION, zone) end

-- The zone of a location; raises when the value is none.
function times.zone(value) return expect(value, LOCATION, "location") end

-- Nanoseconds of a Duration, of a text such as "1h30m", or of a number, which is nanoseconds. Nil: the value is none of them.
function times.nanoseconds(value)
  if kindof(value) == DURATION then return state(value) end
  if type(value) == "string" then return native.nanoseconds(value) end
  if type(value) == "number" then return math.tointeger(value) or math.tointeger(value // 1) end
end

function times.checkduration(value, what)
  local ns = times.nanoseconds(value)
  if not ns then
    error(what .. ": a duration is expected, such as \"5s\", got " .. (type(value) == "string" and '"' .. value .. '"' or type(value)), 3)
  end
  return ns
end

-- The seconds since 1970 at which the clocks of the zone show this. In an hour that they show twice or never: as Go has it.
function times.secondsat(zone, shown)
  local guess = zoneat(zone, shown)
  return shown - zoneat(zone, shown - guess)
end

-- {=========================================== Duration

local function durationtext(ns)
  if ns == 0 then return "0s" end
  local sign = ns < 0 and "-" or ""
  if ns == math.mininteger then return "-2562047h47m16.854775808s" end
  ns = math.abs(ns)
  local function decimal(unit, digits, name)
    local fraction = string.gsub(string.format("%0" .. digits .. "d", ns % unit), "0+$", "")
    return (fraction == "" and "" or "." .. fraction) .. name
  end
  if ns < 1000 then return sign .. ns .. "ns" end
  if ns < 1000000 then return sign .. ns // 1000 .. decimal(1000, 3, "µs") end
  if ns < SECOND then return sign .. ns // 1000000 .. decimal(1000000, 6, "ms") end
  local seconds = ns // SECOND
  local text = seconds % 60 .. decimal(SECOND, 9, "s")
  if seconds >= 60 then text = seconds // 60 % 60 .. "m" .. text end
  if seconds >= 3600 then text = seconds // 3600 .. "h" .. text end
  return sign .. text
end

local durations = {}
local function ownduration(value) return expect(value, DURATION, "duration") end

local function truncated(ns, unit) return ns >= 0 and ns // unit or -(-ns // unit) end

function durations.nanoseconds(self) return ownduration(self) end
function durations.microseconds(self) return truncated(ownduration(self), 1000) end
function durations.milliseconds(self) return truncated(ownduration(self), 1000000) end
function durations.seconds(self) return ownduration(self) / SECOND end
function durations.minutes(self) return ownduration(self) / (60 * SECOND) end
function durations.hours(self) return ownduration(self) / (3600 * SECOND) end

local function same(kind)
  return function(a, b) return kindof(a) == kind and kindof(b) == kind and state(a) == state(b) end
end

native.meta(DURATION, {
  __name = "duration", __metatable = false, __index = durations,
  __tostring = function(self) return durationtext(ownduration(self)) end,
  __eq = same(DURATION),
  __lt = function(a, b) return ownduration(a) < ownduration(b) end,
  __le = function(a, b) return ownduration(a) <= ownduration(b) end,
})

-- }===========================================

-- {=========================================== Location

local locations = {}

local function locationname(zone) return string.match(zone, "^[+-]%d+ (.*)$") or zone end

function locations.string(self) return locationname(expect(self, LOCATION, "location")) end

native.meta(LOCATION, {
  __name = "location", __metatable = false, __index = locations, __tostring = locations.string, __eq = same(LOCATION),
})

-- }===========================================

-- {=========================================== Time

local methods = {}

-- What clocks and calendars show in its location.
local function fields(own)
  local offset, name = zoneat(own[3], own[1])
  local f = calendar.fields(own[1], offset)
  f.nanosecond, f.offset, f.zonename = own[2], offset, name
  return f
end

local function compare(a, b)
  if a[1] ~= b[1] then return a[1] < b[1] and -1 or 1 end
  return a[2] == b[2] and 0 or a[2] < b[2] and -1 or 1
end

function methods.add(self, duration)
  local t, ns = own(self), times.checkduration(duration, "time:add")
  return times.time(t[1] + ns // SECOND, t[2] + ns % SECOND, t[3])
end

-- What is too long for a duration is the longest there is.
function methods.sub(self, other)
  local a, b = own(self), own(other)
  local seconds, rest = a[1] - b[1], a[2] - b[2]
  if seconds > 9223372035 then return times.duration(math.maxinteger) end
  if seconds < -9223372035 then return times.duration(math.mininteger) end
  return times.duration(seconds * SECOND + rest)
end

local function whole(value, name)
  local exact = type(value) == "number" and math.tointeger(value)
  if not exact then error(name .. " must be an integer, got " .. tostring(value), 3) end
  if exact > 1000000000 or exact < -1000000000 then error(name .. " is out of range", 3) end
  return exact
end

function methods.add_date(self, years, months, days)
  local t = own(self)
  years, months, days = whole(years, "years"), whole(months, "months"), whole(days, "days")
  local f = fields(t)
  local shown = calendar.seconds(f.year + years, f.month + months, f.day + days, f.hour, f.minute, f.second)
  return times.time(times.secondsat(t[3], shown), t[2], t[3])
end

function methods.after(self, other) return compare(own(self), own(other)) > 0 end
function methods.before(self, other) return compare(own(self), own(other)) < 0 end
function methods.equal(self, other) return compare(own(self), own(other)) == 0 end

function methods.format(self, layout)
  local t = own(self)
  if type(layout) ~= "string" then error("a layout is expected, such as time.RFC3339, got " .. type(layout), 2) end
  return layouts.format(fields(t), layout)
end

function methods.format_rfc3339(self) return layouts.format(fields(own(self)), "2006-01-02T15:04:05Z07:00") end
function methods.unix(self) return own(self)[1] end

function methods.unix_nano(self)
  local t = own(self)
  return t[1] * SECOND + t[2]
end

function methods.date(self)
  local f = fields(own(self))
  return f.year, f.month, f.day
end

function methods.clock(self)
  local f = fields(own(self))
  return f.hour, f.minute, f.second
end

for name, field in pairs({
  year = "year", month = "month", day = "day", hour = "hour", minute = "minute", second = "second", weekday = "weekday",
  year_day = "yearday",
}) do
  methods[name] = function(self) return fields(own(self))[field] end
end

function methods.nanosecond(self) return own(self)[2] end

function methods.is_zero(self)
  local t = own(self)
  return t[1] == FIRST and t[2] == 0
end

local function moved(self, zone)
  local t = expect(self, TIME, "time")
  return object(TIME, { t[1], t[2], zone })
end

function methods.utc(self) return moved(self, "UTC") end
function methods.in_local(self) return moved(self, "Local") end
function methods.in_location(self, location) return moved(self, expect(location, LOCATION, "location", 3)) end
function methods.location(self) return times.location(own(self)[3]) end

-- Nanoseconds since the last multiple of 'ns' after the zero time, as Go counts them.
local function beyond(t, ns)
  local function add(a, b) return a >= ns - b and a - (ns - b) or a + b end -- modulo ns, within 63 bits
  local rest = (t[1] - FIRST) % ns
  for _ = 1, 9 do
    local twice = add(rest, rest)
    local fourfold = add(twice, twice)
    rest = add(add(fourfold, fourfold), twice)
  end
  return add(rest, t[2] % ns)
end

function methods.truncate(self, duration)
  local t, ns = own(self), times.checkduration(duration, "time:truncate")
  if ns <= 0 then return self end
  local over = beyond(t, ns)
  return times.time(t[1] - over // SECOND, t[2] - over % SECOND, t[3])
end

function methods.round(self, duration)
  local t, ns = own(self), times.checkduration(duration, "time:round")
  if ns <= 0 then return self end
  local over = beyond(t, ns)
  local add = over < ns - over and -over or ns - over
  return times.time(t[1] + add // SECOND, t[2] + add % SECOND, t[3])
end

native.meta(TIME, {
  __name = "time", __metatable = false, __index = methods,
  __tostring = function(self) return methods.format(self, "2006-01-02 15:04:05.999999999 -0700 MST") end,
  __eq = function(a, b) return kindof(a) == TIME and kindof(b) == TIME and compare(state(a), state(b)) == 0 end,
  __lt = function(a, b) return compare(own(a), own(b)) < 0 end,
  __le = function(a, b) return compare(own(a), own(b)) <= 0 end,
})

-- }===========================================

return times
