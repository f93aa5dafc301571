--@ row 3.4 time: constants, date, unix, the fields of a Time
--@ row 3.4 time: add, sub, add_date, after, before, equal, round, truncate
--@ row 3.4 time.format and time.parse: layouts of Go
--@ row 3.4 time: Time, Duration and Location can be sent
local time = require("time")

local function fails(text, ...)
  local ok, message = pcall(...)
  assert(not ok and string.find(tostring(message), text, 1, true), tostring(message))
end

local function same(got, wanted) assert(got == wanted, string.format("got %q, wanted %q", tostring(got), tostring(wanted))) end

local t = time.date(2024, time.FEBRUARY, 29, 14, 30, 5, 123456789, time.utc)

local function fields()
  assert(time.HOUR == 3600000000000 and time.SATURDAY == 6 and time.DECEMBER == 12 and time.DATE_ONLY == "2006-01-02")
  local y, m, d = t:date()
  assert(y == 2024 and m == 2 and d == 29)
  local h, min, s = t:clock()
  assert(h == 14 and min == 30 and s == 5)
  assert(t:year() == 2024 and t:month() == 2 and t:day() == 29 and t:hour() == 14 and t:minute() == 30 and t:second() == 5)
  assert(t:nanosecond() == 123456789 and t:weekday() == time.THURSDAY and t:year_day() == 60)
  assert(t:unix() == 1709217005 and t:unix_nano() == 1709217005123456789 and not t:is_zero())
  assert(time.date(1, 1, 1, 0, 0, 0, 0, time.utc):is_zero())
  assert(time.unix(1234567890, 5):utc():format(time.RFC3339NANO) == "2009-02-13T23:31:30.000000005Z")
  assert(time.date(2023, 14, 35, 25, 61, 61, 1000000000, time.utc):utc():format(time.DATE_TIME) == "2024-03-07 02:02:02")
  assert(t:location():string() == "UTC" and tostring(t:in_local():location()) == "Local")
  assert(tostring(t) == "2024-02-29 14:30:05.123456789 +0000 UTC", tostring(t))
  assert(time.now():location() == time.localtz)
end

local function arithmetic()
  same(t:add("1h30m"):format(time.TIME_ONLY), "16:00:05")
  assert(t:add(time.SECOND):sub(t):seconds() == 1 and t:add("-1ns"):nanosecond() == 123456788)
  same(t:add_date(1, 0, 0):format(time.DATE_ONLY), "2025-03-01")
  same(t:add_date(0, -1, 0):format(time.DATE_ONLY), "2024-01-29")
  same(t:add_date(0, 0, 366):format(time.DATE_ONLY), "2025-03-01")
  local later = t:add(1)
  assert(later:after(t) and t:before(later) and not t:after(t) and t:equal(t:in_local()) and t == t:in_local() and t < later and t <= t)
  same(t:truncate("1h"):format(time.DATE_TIME), "2024-02-29 14:00:00")
  same(t:round("1h"):format(time.DATE_TIME), "2024-02-29 15:00:00")
  same(t:truncate(time.parse_duration("24h")):format(time.DATE_TIME), "2024-02-29 00:00:00")
  same(t:truncate("1us"):nanosecond(), 123456000)
  same(t:round("7s"):format(time.TIME_ONLY), "14:30:02")
  same(t:truncate("876000h"):format(time.DATE_ONLY), "1999-09-04")
  assert(t:round(0) == t and t:truncate(-5) == t)
  same(time.date(1, 1, 1, 0, 0, 0, 0, time.utc):sub(t):nanoseconds(), math.mininteger)
  fails("duration is expected", t.add, t, {})
  fails("time expected", t.sub, t, 5)
  fails("out of range", t.add_date, t, math.maxinteger, 0, 0)
end

local function durations()
  local d = time.parse_duration("1h30m1.5s")
  same(tostring(d), "1h30m1.5s")
  assert(d:nanoseconds() == 5401500000000 and d:microseconds() == 5401500000 and d:milliseconds() == 5401500)
  assert(d:seconds() == 5401.5 and d:minutes() == 5401.5 / 60 and d:hours() == 5401.5 / 3600)
  for text, shown in pairs({
    ["0"] = "0s", ["1ns"] = "1ns", ["1500ns"] = "1.5µs", ["2.5ms"] = "2.5ms", ["90s"] = "1m30s", ["-1.5h"] = "-1h30m0s",
    ["100h"] = "100h0m0s", ["1us"] = "1µs", [".5s"] = "500ms", ["2562047h47m16.854775807s"] = "2562047h47m16.854775807s",
    ["-2562047h47m16.854775808s"] = "-2562047h47m16.854775808s",
  }) do same(tostring(time.parse_duration(text)), shown) end
  for _, text in ipairs({ "", "5", "1x", "h", "1h ", " 1h", "1.2.3s", "--1s", "2562047h47m16.854775808s", "9999999999999h", "1s\0" }) do
    local none, problem = time.parse_duration(text)
    assert(none == nil and problem:kind() == errors.INVALID, text)
  end
  assert(time.parse_duration(5) == time.parse_duration("5ns") and time.parse_duration(5) < time.parse_duration("6ns"))
end

local function formats()
  local e = time.date(2006, 1, 2, 3, 4, 5, 60000000, time.fixed_zone("ABC", -25200))
  for layout, shown in pairs({
    [time.RFC3339] = "2006-01-02T03:04:05-07:00", [time.RFC3339NANO] = "2006-01-02T03:04:05.06-07:00",
    [time.RFC822] = "02 Jan 06 03:04 ABC", [time.RFC822Z] = "02 Jan 06 03:04 -0700",
    [time.RFC850] = "Monday, 02-Jan-06 03:04:05 ABC", [time.RFC1123Z] = "Mon, 02 Jan 2006 03:04:05 -0700",
    [time.KITCHEN] = "3:04AM", [time.STAMP_MILLI] = "Jan  2 03:04:05.060", [time.STAMP_NANO] = "Jan  2 03:04:05.060000000",
    ["January Monitor 2/1 _2 002 __2 pm"] = "January Monitor 2/1  2 002   2 am", ["_2006_1_2"] = "_2006_1 2",
    ["06 15h 3 03 4 5.99 .00x"] = "06 03h 3 03 4 5.06 .06x", ["Z07 Z070000 -07:00:00"] = "-07 -070000 -07:00:00",
    ["05,000 Jan. 2x"] = "05,060 Jan. 2x", [""] = "", ["x"] = "x",
  }) do same(e:format(layout), shown) end
  same(t:format("Z07:00 3PM .999"), "Z 2PM .123")
  same(time.parse(time.RFC3339, "2024-02-29T14:30:05-02:30", time.utc):format("MST"), "-0230")
  same(time.date(-5, 1, 2, 0, 0, 0, 0, time.utc):format("2006"), "-0005")
end

local function parses()
  for _, case in ipairs({
    { time.RFC3339, "2024-02-29T14:30:05.123456789Z", "2024-02-29T14:30:05.123456789Z" },
    { time.RFC3339, "2024-02-29T14:30:05+02:00", "2024-02-29T12:30:05Z" },
    { time.RFC1123Z, "Thu, 29 Feb 2024 14:30:05 -0700", "2024-02-29T21:30:05Z" },
    { time.DATE_ONLY, "2024-02-29", "2024-02-29T00:00:00Z" },
    { "Jan _2 2006 3:04PM", "feb  9 2024 12:30AM", "2024-02-09T00:30:00Z" },
    { "02.01.06 15:04", "01.12.68 7:05", "2068-12-01T07:05:00Z" },
    { "02.01.06", "01.12.69", "1969-12-01T00:00:00Z" },
    { "2006 002", "2024 060", "2024-02-29T00:00:00Z" },
    { "2006 __2MST", "2024  60UTC", "2024-02-29T00:00:00Z" },

    { "Monday January 2 2006", "Thursday February 29 2024", "2024-02-29T00:00:00Z" },
    { "15:04:05.000", "01:02:03.456", "0000-01-01T01:02:03.456Z" },
    { "2006-01-02 MST", "2024-01-02 UTC", "2024-01-02T00:00:00Z" },
    { "2006-01-02 MST", "2024-01-02 GMT+3", "2024-01-01T21:00:00Z" },
  }) do
    local parsed, problem = time.parse(case[1], case[2], time.utc)
    assert(parsed, tostring(problem))
    same(parsed:utc():format(time.RFC3339NANO), case[3])
  end
  for _, case in ipairs({
    { time.DATE_ONLY, "2023-02-29", "day out of range" }, { time.DATE_ONLY, "2024-13-01", "month out of range" },
    { time.DATE_ONLY, "2024-1-01", 'cannot parse "1-01" as "01"' }, { time.DATE_ONLY, "2024-01-01x", 'extra text: "x"' },
    { time.TIME_ONLY, "24:00:00", "hour out of range" }, { time.RFC3339, "today", 'cannot parse "today" as "2006"' },
    { "x 2006", "y 2024", "cannot parse" }, { "2006 002", "2023 366", "day-of-year out of range" },
    { "MST", "noon", "cannot parse" }, { "-0700", "+0199", "offset out of range" },
  }) do
    local none, problem = time.parse(case[1], case[2])
    assert(none == nil and problem:kind() == errors.INVALID)
    assert(string.find(problem, case[3], 1, true), tostring(problem))
  end
end

local function sent()
  process.send(process.pid(), "t", { t, time.parse_duration("5s"), time.fixed_zone("CEST", 7200) })
  local got = process.listen("t"):receive()
  assert(got[1] == t and got[1]:location():string() == "UTC" and tostring(got[2]) == "5s")
  same(t:in_location(got[3]):format(time.RFC822), "29 Feb 24 16:30 CEST")
  assert(not pcall(setmetatable, got[1], {}) and getmetatable(got[1]) == false)
end

return function()
  fields()
  arithmetic()
  durations()
  formats()
  parses()
  sent()
end
