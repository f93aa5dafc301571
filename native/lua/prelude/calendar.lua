-- The Gregorian calendar, for all years, in whole numbers. Days are counted from 1970-01-01.
local calendar = {}

local DAY = 86400

-- Years that begin in March have the leap day at their end.
function calendar.days(year, month, day)
  year = year + (month - 1) // 12
  month = (month - 1) % 12 + 1
  if month <= 2 then year = year - 1 end
  local era = year // 400
  local yearofera = year - era * 400
  local dayofyear = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  return era * 146097 + yearofera * 365 + yearofera // 4 - yearofera // 100 + dayofyear - 719468
end

function calendar.date(days)
  days = days + 719468
  local era = days // 146097
  local dayofera = days - era * 146097
  local yearofera = (dayofera - dayofera // 1460 + dayofera // 36524 - dayofera // 146096) // 365
  local dayofyear = dayofera - (365 * yearofera + yearofera // 4 - yearofera // 100)
  local shifted = (5 * dayofyear + 2) // 153
  local month = shifted < 10 and shifted + 3 or shifted - 9
  local year = yearofera + era * 400
  if month <= 2 then year = year + 1 end
  return year, month, dayofyear - (153 * shifted + 2) // 5 + 1
end

function calendar.isleap(year) return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0) end

local lengths = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

function calendar.monthlength(year, month)
  if month == 2 and calendar.isleap(year) then return 29 end
  return lengths[month]
end

-- Seconds since 1970 of a date and time of day, as a clock in Greenwich shows them; parts may lie beyond their range.
function calendar.seconds(year, month, day, hour, minute, second)
  return calendar.days(year, month, day) * DAY + hour * 3600 + minute * 60 + second
end

-- What a clock shows that is 'offset' seconds ahead of Greenwich.
function calendar.fields(seconds, offset)
  local shown = seconds + offset
  local days = shown // DAY
  local rest = shown - days * DAY
  local year, month, day = calendar.date(days)
  return {
    year = year, month = month, day = day, hour = rest // 3600, minute = rest // 60 % 60, second = rest % 60,
    weekday = (days + 4) % 7, yearday = days - calendar.days(year, 1, 1) + 1, days = days,
  }
end

calendar.months = {
  "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
}
calendar.weekdays = { [0] = "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday" }

return calendar
