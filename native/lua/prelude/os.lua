-- What a process may know of its system: the time, in the local zone.
local native = ...
local calendar, times, layouts = native.calendar, native.times, native.layout

local os = { platform = "wippy" }

local function seconds() return math.tointeger(native.wall() // 1000) end

local function field(given, name, default)
  local value = given[name]
  if value == nil and default then return default end
  local exact = math.tointeger(tonumber(value))
  if not exact then error("field '" .. name .. "' is " .. (value == nil and "missing" or "not an integer") .. " in date table", 3) end
  return exact
end

function os.time(given)
  if given == nil then return seconds() end
  if type(given) ~= "table" then error("a table is expected, got " .. type(given), 2) end
  local shown = calendar.seconds(
    field(given, "year"), field(given, "month"), field(given, "day"), field(given, "hour", 12), field(given, "min", 0),
    field(given, "sec", 0)
  )
  return times.secondsat("Local", shown)
end

function os.clock() return native.now() / 1000 end

function os.difftime(later, earlier) return later - (earlier or 0) + 0.0 end

-- The conversions of C that Go's layouts can say ...
local aslayouts = {
  a = "Mon", A = "Monday", b = "Jan", B = "January", c = "Mon Jan _2 15:04:05 2006", d = "02", D = "01/02/06", e = "_2",
  F = "2006-01-02", h = "Jan", H = "15", I = "03", j = "002", m = "01", M = "04", p = "PM", r = "03:04:05 PM", R = "15:04",
  S = "05", T = "15:04:05", x = "01/02/06", X = "15:04:05", y = "06", Y = "2006", z = "-0700", Z = "MST",
}

-- ... and the others.
local conversions = {
  ["%"] = function() return "%" end,
  n = function() return "\n" end,
  t = function() return "\t" end,
  C = function(f) return string.format("%02d", f.year // 100) end,
  u = function(f) return f.weekday == 0 and 7 or f.weekday end,
  w = function(f) return f.weekday end,
  s = function(f) return f.seconds end,
}

local function fields(format, at)
  local zone = string.sub(format, 1, 1) == "!" and "UTC" or "Local"
  local offset, name = native.zone(zone, at)
  local f = calendar.fields(at, offset)
  f.nanosecond, f.offset, f.zonename, f.seconds = 0, offset, name, at
  return f
end

function os.date(format, at)
  format = format == nil and "%c" or string(format)
  at = at == nil and seconds() or math.tointeger(at) or error("number has no integer representation", 2)
  local f = fields(format, at)
  format = string.gsub(format, "^!", "")
  if string.sub(format, 1, 2) == "*t" then
    local isdst = f.offset > math.min(
      (native.zone("Local", calendar.seconds(f.year, 1, 1, 0, 0, 0))), (native.zone("Local", calendar.seconds(f.year, 7, 1, 0, 0, 0)))
    )
    return {
      year = f.year, month = f.month, day = f.day, hour = f.hour, min = f.minute, sec = f.second, wday = f.weekday + 1,
      yday = f.yearday, isdst = isdst,
    }
  end
  return (string.gsub(format, "%%(.?)", function(conversion)
    if aslayouts[conversion] then return layouts.format(f, aslayouts[conversion]) end
    local convert = conversions[conversion]
    if not convert then error("invalid conversion specifier '%" .. conversion .. "'", 3) end
    return convert(f)
  end))
end

return os
