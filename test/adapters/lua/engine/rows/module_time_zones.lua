--@ row 3.4 time.load_location, fixed_zone, in_location, localtz: clocks that change
--@ row 3.2 os: time clock date difftime platform
local time = require("time")

local function same(got, wanted) assert(got == wanted, string.format("got %q, wanted %q", tostring(got), tostring(wanted))) end

return function()
  local berlin = assert(time.load_location("Europe/Berlin"))
  same(tostring(berlin), "Europe/Berlin")
  local none, problem = time.load_location("Mars/Olympus")
  assert(none == nil and problem:kind() == errors.NOT_FOUND)
  for _, wrong in ipairs({ "+02:00", "Europe/Berlin\0", 5 }) do assert(time.load_location(wrong) == nil) end
  assert(time.load_location("") == time.utc and time.load_location("UTC") == time.utc)

  -- 2024-03-31 02:00 is 03:00; 2024-10-27 03:00 is 02:00 again
  local spring = time.date(2024, 3, 31, 1, 59, 59, 0, berlin)
  same(spring:format(time.RFC1123), "Sun, 31 Mar 2024 01:59:59 CET")
  same(spring:add("1s"):format(time.RFC1123), "Sun, 31 Mar 2024 03:00:00 CEST")
  same(time.date(2024, 3, 31, 2, 30, 0, 0, berlin):format(time.RFC3339), "2024-03-31T03:30:00+02:00")
  local autumn = time.date(2024, 10, 27, 2, 30, 0, 0, berlin)
  same(autumn:format(time.RFC3339), "2024-10-27T02:30:00+01:00")
  same(autumn:add("-1h"):format(time.RFC3339), "2024-10-27T02:30:00+02:00")
  same(spring:add_date(0, 0, 1):format(time.RFC3339), "2024-04-01T01:59:59+02:00")
  same(spring:add_date(0, 0, 1):sub(spring):hours(), 23.0)

  same(time.parse(time.DATE_TIME, "2024-07-01 12:00:00", berlin):utc():format(time.TIME_ONLY), "10:00:00")
  same(time.parse("2006-01-02 15:04 MST", "2024-07-01 12:00 CEST", berlin):utc():format(time.TIME_ONLY), "10:00:00")
  same(time.parse(time.RFC3339, "2024-07-01T12:00:00+02:00", berlin):location(), berlin)
  same(time.parse(time.RFC3339, "2024-07-01T12:00:00+03:00", berlin):format(time.RFC3339), "2024-07-01T12:00:00+03:00")

  local at = time.unix(1720000000):utc()
  for zone, shown in pairs({
    ["Asia/Kolkata"] = "2024-07-03 15:16:40 +0530 IST", ["Asia/Tokyo"] = "2024-07-03 18:46:40 +0900 JST",
    ["America/New_York"] = "2024-07-03 05:46:40 -0400 EDT", ["Australia/Lord_Howe"] = "2024-07-03 20:16:40 +1030 +1030",
    ["Europe/London"] = "2024-07-03 10:46:40 +0100 BST", ["Asia/Dubai"] = "2024-07-03 13:46:40 +0400 +04",
  }) do same(tostring(at:in_location(assert(time.load_location(zone)))), shown) end

  assert(os.platform == "wippy" and os.execute == nil and os.getenv == nil)
  assert(os.difftime(5, 3) == 2.0 and os.clock() >= 0 and math.type(os.time()) == "integer")
  same(os.date("!%Y-%m-%d %H:%M:%S %a %b %j %%", 86399), "1970-01-01 23:59:59 Thu Jan 001 %")
  same(os.date("!%c", 0), "Thu Jan  1 00:00:00 1970")
  local parts = os.date("*t", 1720000000)
  assert(os.time(parts) == 1720000000 and parts.wday == 4)
  assert(os.date("!*t", 0).year == 1970 and not pcall(os.date, "%Q") and not pcall(os.time, { year = 2024 }))
end
