/** ARGV: capacity, whose trail, how far it gets, whether Redis has lost something, how many tasks, and for each: id, kind, data, milliseconds to wait, priority, group, order key, source. */
export const publishScript = `
-- Long after the last sign of a runtime.
local keepTrailMs = 86400000

local function fill()
  return rcall('LLEN', wait) + rcall('LLEN', active) + rcall('ZCARD', prioritized) + rcall('ZCARD', delayed)
    + rcall('ZCARD', above) + rcall('ZCARD', held) + rcall('ZCARD', parked)
end

local function store(id, at)
  local priority, group, orderKey = tonumber(ARGV[at + 4]), ARGV[at + 5], ARGV[at + 6]
  local waitMs = tonumber(ARGV[at + 3])
  local fields = {'name', ARGV[at + 1], 'data', ARGV[at + 2], 'opts', '{}', 'timestamp', now, 'delay', waitMs,
    'priority', priority < 0 and -priority or 0, 'src', ARGV[at + 7]}
  local function put(name, value) fields[#fields + 1] = name; fields[#fields + 1] = value end
  if priority ~= 0 then put('p', priority) end
  if group ~= '' then put('g', group) end
  if orderKey ~= '' then put('k', orderKey) end
  if waitMs > 0 then put('due', now + waitMs) end
  rcall('HSET', base .. id, unpack(fields))
  admit(id, priority, waitMs > 0 and now + waitMs or 0, orderKey)
  say('waiting', id)
end

-- The list or set that named it was thrown away: nobody would ever be handed it.
local function standsNowhere(id)
  for _, set in ipairs({held, delayed, parked, failed, prioritized, above}) do
    if rcall('ZSCORE', set, id) then return false end
  end
  return not rcall('LPOS', active, id) and not rcall('LPOS', wait, id)
end

local function forgetRemains(id)
  local job = rcall('HMGET', base .. id, 'k', 'g')
  rcall('DEL', base .. id, base .. id .. ':lock')
  leaveLine(id, job[1] or '')
  leaveGroup(id, job[2] or '')
end

local function isDuplicate(id)
  if rcall('EXISTS', base .. id) == 0 then return rcall('ZSCORE', finished, id) end
  if ARGV[5] == '0' or not standsNowhere(id) then return true end
  forgetRemains(id)
  return false
end

local function publish()
  local room = tonumber(ARGV[2]) - fill()
  local results, isAny = {}, false
  for n = 1, tonumber(ARGV[6]) do
    local at = 7 + (n - 1) * 8
    local id = ARGV[at]
    if isDuplicate(id) then
      results[n] = 'duplicate'
    elseif room <= 0 then
      results[n] = 'full'
    else
      store(id, at)
      room = room - 1
      results[n] = 'stored'
      isAny = true
    end
  end
  if isAny then rcall('SET', base .. 'rt:trail:' .. ARGV[3], ARGV[4], 'PX', keepTrailMs) end
  return results
end
`;
