-- Layouts of Go's package time: the reference time Mon Jan 2 15:04:05 MST 2006 as it should look. Splits them, and formats.
local native = ...
local calendar = native.calendar

-- Elements by their first character; of several that match the first is meant.
local elements = {
  J = { "January", "Jan" }, M = { "Monday", "Mon", "MST" },
  ["0"] = { "002", "01", "02", "03", "04", "05", "06" }, ["1"] = { "15", "1" }, ["2"] = { "2006", "2" },
  ["_"] = { "_2006", "__2", "_2" }, ["3"] = { "3" }, ["4"] = { "4" }, ["5"] = { "5" }, P = { "PM" }, p = { "pm" },
  ["-"] = { "-070000", "-07:00:00", "-0700", "-07:00", "-07" },
  Z = { "Z070000", "Z07:00:00", "Z0700", "Z07:00", "Z07" },
}

-- "Jan" and "Mon" are none when a word goes on, as in "Monitor".
local words = { Jan = true, Mon = true }

local function elementat(layout, at, first)
  for _, element in ipairs(elements[first]) do
    if string.sub(layout, at, at + #element - 1) == element
      and not (words[element] and string.find(layout, "^%l", at + #element)) then return element end
  end
end

-- ".000" or ",999": a fraction of a second, unless more digits follow.
local function fractionat(layout, at)
  local run = string.match(layout, "^[.,]0+", at) or string.match(layout, "^[.,]9+", at)
  if run and not string.find(layout, "^%d", at + #run) then return run end
end

-- A list of texts and elements in turn: texts at odd places, elements at even ones.
local function split(layout)
  local parts, begun, at = {}, 1, 1
  while true do
    at = string.find(layout, "[JM0-5_Pp%-Z.,]", at)
    if not at then break end
    local first = string.sub(layout, at, at)
    local element
    if first == "." or first == "," then element = fractionat(layout, at) else element = elementat(layout, at, first) end
    if element == "_2006" then -- a line, then a year
      at = at + 1
      element = "2006"
    end
    if element then
      parts[#parts + 1] = string.sub(layout, begun, at - 1)
      parts[#parts + 1] = element
      at = at + #element
      begun = at
    else
      at = at + 1
    end
  end
  parts[#parts + 1] = string.sub(layout, begun)
  return parts
end

local function offsettext(offset, element)
  if string.sub(element, 1, 1) == "Z" then
    if offset == 0 then return "Z" end
    element = string.sub(element, 2)
  else
    element = string.sub(element, 2)
  end
  local sign = offset < 0 and "-" or "+"
  offset = math.abs(offset)
  local hour, minute, second = offset // 3600, offset // 60 % 60, offset % 60
  local colon = string.find(element, ":", 1, true) and ":" or ""
  local text = sign .. string.format("%02d", hour)
  local digits = #string.gsub(element, ":", "")
  if digits >= 4 then text = text .. colon .. string.format("%02d", minute) end
  if digits >= 6 then text = text .. colon .. string.format("%02d", second) end
  return text
end

local function padded(form) return function(value) return string.format(form, value) end end
local two = padded("%02d")

local function year(f)
  return f.year < 0 and string.format("-%04d", -f.year) or string.format("%04d", f.year)
end

local function twelve(f)
  local hour = f.hour % 12
  return hour == 0 and 12 or hour
end

local writers = {
  January = function(f) return calendar.months[f.month] end,
  Jan = function(f) return string.sub(calendar.months[f.month], 1, 3) end,
  ["1"] = function(f) return f.month end, ["01"] = function(f) return two(f.month) end,
  Monday = function(f) return calendar.weekdays[f.weekday] end,
  Mon = function(f) return string.sub(calendar.weekdays[f.weekday], 1, 3) end,
  ["2"] = function(f) return f.day end, ["02"] = function(f) return two(f.day) end,
  ["_2"] = function(f) return string.format("%2d", f.day) end,
  ["002"] = function(f) return string.format("%03d", f.yearday) end,
  ["__2"] = function(f) return string.format("%3d", f.yearday) end,
  ["15"] = function(f) return two(f.hour) end,
  ["3"] = twelve, ["03"] = function(f) return two(twelve(f)) end,
  ["4"] = function(f) return f.minute end, ["04"] = function(f) return two(f.minute) end,
  ["5"] = function(f) return f.second end, ["05"] = function(f) return two(f.second) end,
  ["2006"] = year, ["06"] = function(f) return two(math.abs(f.year) % 100) end,
  PM = function(f) return f.hour >= 12 and "PM" or "AM" end,
  pm = function(f) return f.hour >= 12 and "pm" or "am" end,
  MST = function(f) return f.zonename ~= "" and f.zonename or offsettext(f.offset, "-0700") end,
}

local function fraction(nanosecond, element)
  local digits = string.sub(string.format("%09d", nanosecond) .. string.rep("0", #element - 10), 1, #element - 1)
  if string.sub(element, 2, 2) == "9" then
    digits = string.gsub(digits, "0+$", "")
    if digits == "" then return "" end
  end
  return string.sub(element, 1, 1) .. digits
end

-- 'f': calendar.fields, with nanosecond, offset and zonename.
local function format(f, layout)
  local parts = split(layout)
  for i = 2, #parts, 2 do
    local element = parts[i]
    local write = writers[element]
    if write then parts[i] = write(f)
    elseif string.find(element, "^[.,]") then parts[i] = fraction(f.nanosecond, element)
    else parts[i] = offsettext(f.offset, element) end
  end
  return table.concat(parts)
end

return { split = split, format = format }
