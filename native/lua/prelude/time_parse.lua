-- Reads a time by a layout of Go: the other direction of time_layout.lua.
local native = ...
local calendar, layouts = native.calendar, native.layout

-- Each reads the beginning of a text into 'p', and answers what is left; nothing when it cannot.
local readers = {}

local function digits(pattern, name, low, high)
  return function(text, p)
    local found = string.match(text, pattern)
    local value = found and math.tointeger(tonumber(found))
    if not value then return nil end
    p[name] = value
    if (low and value < low) or (high and value > high) then p.wrong = name .. " out of range" end
    return string.sub(text, #found + 1)
  end
end

local function word(names, name, from, short)
  return function(text, p)
    for i = from, from == 0 and 6 or 12 do
      local each = short and string.sub(names[i], 1, 3) or names[i]
      if string.lower(string.sub(text, 1, #each)) == string.lower(each) then
        p[name] = i
        return string.sub(text, #each + 1)
      end
    end
  end
end

readers["2006"] = digits("^%d%d%d%d", "year")
readers["06"] = function(text, p)
  local rest = digits("^%d%d", "year")(text, p)
  if rest then p.year = p.year + (p.year >= 69 and 1900 or 2000) end
  return rest
end
readers.January = word(calendar.months, "month", 1, false)
readers.Jan = word(calendar.months, "month", 1, true)
readers.Monday = word(calendar.weekdays, "weekday", 0, false)
readers.Mon = word(calendar.weekdays, "weekday", 0, true)
readers["1"] = digits("^%d%d?", "month", 1, 12)
readers["01"] = digits("^%d%d", "month", 1, 12)
readers["2"] = digits("^%d%d?", "day")
readers["_2"] = function(text, p) return readers["2"](string.gsub(text, "^ ", ""), p) end
readers["02"] = digits("^%d%d", "day")
readers["002"] = digits("^%d%d%d", "yearday")
readers["__2"] = function(text, p)
  local spaces = string.match(text, "^ ? ?")
  return digits("^%d%d?%d?", "yearday")(string.sub(text, #spaces + 1), p)
end
readers["15"] = digits("^%d%d?", "hour", 0, 23)
readers["3"] = digits("^%d%d?", "hour", 0, 12)
readers["03"] = digits("^%d%d", "hour", 0, 12)
readers["4"] = digits("^%d%d?", "minute", 0, 59)
readers["04"] = digits("^%d%d", "minute", 0, 59)
readers["5"] = digits("^%d%d?", "second", 0, 59)
readers["05"] = digits("^%d%d", "second", 0, 59)

local function half(am, pm)
  return function(text, p)
    local found = string.sub(text, 1, 2)
    if found ~= am and found ~= pm then return nil end
    p.afternoon = found == pm
    return string.sub(text, 3)
  end
end

readers.PM, readers.pm = half("AM", "PM"), half("am", "pm")

-- "UTC", "CEST", "GMT+3" or "+03": three letters, or four of which the last is a T, or five such as "ChST".
function readers.MST(text, p)
  local found = string.match(text, "^UTC") or string.match(text, "^ChST") or string.match(text, "^MeST") or string.match(text, "^GMT[+-]%d%d?")
    or string.match(text, "^[+-]%d%d%d?%d?")
  if not found then
    local letters = string.match(text, "^%u+") or ""
    if #letters == 3 or letters == "WITA" or (#letters == 4 and string.sub(letters, 4) == "T")
      or (#letters == 5 and string.sub(letters, 5) == "T") then found = letters end
  end
  if not found then return nil end
  if found == "UTC" then p.isutc = true else p.zonename = found end
  return string.sub(text, #found + 1)
end

local offsetforms = {
  ["07"] = "^([+-])(%d%d)", ["0700"] = "^([+-])(%d%d)(%d%d)", ["07:00"] = "^([+-])(%d%d):(%d%d)",
  ["070000"] = "^([+-])(%d%d)(%d%d)(%d%d)", ["07:00:00"] = "^([+-])(%d%d):(%d%d):(%d%d)",
}

local function readoffset(text, p, element)
  if string.sub(element, 1, 1) == "Z" and string.sub(text, 1, 1) == "Z" then
    p.isutc = true
    return string.sub(text, 2)
  end
  local form = offsetforms[string.sub(element, 2)]
  local sign, hour, minute, second = string.match(text, form)
  if not sign then return nil end
  local function number(value) return value and math.tointeger(tonumber(value)) or 0 end
  hour, minute, second = number(hour), number(minute), number(second)
  if hour > 24 or minute > 59 or second > 59 then p.wrong = "time zone offset out of range" end
  p.offset = (hour * 3600 + minute * 60 + second) * (sign == "-" and -1 or 1)
  return string.sub(text, select(2, string.find(text, form)) + 1)
end

local function nanoseconds(fraction) return math.tointeger(tonumber(string.sub(fraction .. "000000000", 1, 9))) end

-- With zeros as many digits are read as there are; with nines any number, or none at all.
local function readfraction(text, p, element)
  local found = string.match(text, "^[.,](%d+)")
  if string.sub(element, 2, 2) == "9" then
    if not found then return text end
    found = string.sub(found, 1, 9)
  elseif not found or #found < #element - 1 then return nil
  else found = string.sub(found, 1, #element - 1) end
  p.nanosecond = nanoseconds(found)
  return string.sub(text, #found + 2)
end

local function read(element, text, p)
  local reader = readers[element]
  if reader then return reader(text, p) end
  if string.find(element, "^[.,]") then return readfraction(text, p, element) end
  return readoffset(text, p, element)
end

-- The text without 'prefix'; a space in that stands for any number of them, also none at the end.
local function skip(text, prefix)
  local at = 1
  while at <= #prefix do
    if string.sub(prefix, at, at) == " " then
      if text ~= "" and string.sub(text, 1, 1) ~= " " then return nil end
      at = string.find(prefix, "[^ ]", at) or #prefix + 1
      text = string.gsub(text, "^ +", "")
    elseif text == "" or string.byte(text) ~= string.byte(prefix, at) then return nil
    else
      text = string.sub(text, 2)
      at = at + 1
    end
  end
  return text
end

-- A fraction is read after the seconds even if the layout has none.
local function unasked(element, following, text, p)
  if (element ~= "5" and element ~= "05") or string.find(following or "", "^[.,][09]") then return text end
  local found = string.match(text, "^[.,](%d+)")
  if not found then return text end
  p.nanosecond = nanoseconds(found)
  return string.sub(text, #found + 2)
end

local function settle(p)
  if p.afternoon and p.hour < 12 then p.hour = p.hour + 12
  elseif p.afternoon == false and p.hour == 12 then p.hour = 0 end
  if p.yearday then
    if p.yearday < 1 or p.yearday > (calendar.isleap(p.year) and 366 or 365) then return "day-of-year out of range" end
    local f = calendar.fields((calendar.days(p.year, 1, 1) + p.yearday - 1) * 86400, 0)
    if (p.month and p.month ~= f.month) or (p.day and p.day ~= f.day) then return "day-of-year does not match the date" end
    p.month, p.day = f.month, f.day
  end
  p.month, p.day = p.month or 1, p.day or 1
  if p.day < 1 or p.day > calendar.monthlength(p.year, p.month) then return "day out of range" end
end

-- The parts of a time, or nil and what is wrong.
return function(layout, value)
  local p = { year = 0, hour = 0, minute = 0, second = 0, nanosecond = 0 }
  local function wrong(why) return nil, string.format("parsing time %q as %q: %s", value, layout, why) end
  local parts, text = layouts.split(layout), value
  for i = 1, #parts do
    local rest
    if i % 2 == 1 then
      rest = skip(text, parts[i])
    else
      rest = read(parts[i], text, p)
      if p.wrong then return wrong(p.wrong) end
      if rest then rest = unasked(parts[i], parts[i + 1] == "" and parts[i + 2] or parts[i + 1], rest, p) end
    end
    if not rest then return wrong(string.format("cannot parse %q as %q", text, parts[i])) end
    text = rest
  end
  if text ~= "" then return wrong(string.format("extra text: %q", text)) end
  local problem = settle(p)
  if problem then return wrong(problem) end
  return p
end
