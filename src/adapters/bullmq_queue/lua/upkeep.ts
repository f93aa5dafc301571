/** Dead letters, a source that is withdrawn, a pause, and the look at how the queue stands. */
export const upkeepScript = `
local letterFields = {'data', 'dr', 'dd', 'da', 'dt'}
local function letter(id)
  local found = rcall('HMGET', base .. id, unpack(letterFields))
  return {id, found[1] or '', found[2] or 'rejected', found[3] or '', found[4] or '0', found[5] or '0'}
end

local function listLetters()
  local letters = {}
  for n, id in ipairs(rcall('ZREVRANGE', failed, ARGV[2], ARGV[3])) do letters[n] = letter(id) end
  return letters
end

local function findLetter()
  if not rcall('ZSCORE', failed, ARGV[2]) then return false end
  return letter(ARGV[2])
end

local function retryLetter()
  local id = ARGV[2]
  if rcall('ZREM', failed, id) == 0 then return 0 end
  count(DEAD, -1)
  rcall('HDEL', base .. id, 'dr', 'dd', 'da', 'dt', 'failedReason', 'finishedOn')
  rcall('HSET', base .. id, 'atm', 0, 'crashes', 0, 'rdy', now)
  local job = rcall('HMGET', base .. id, 'p', 'due', 'k')
  admit(id, tonumber(job[1] or 0), tonumber(job[2] or 0), job[3] or '')
  return 1
end

-- ARGV: id, ids of finished tasks to remember
local function discardLetter()
  writeThough()
  if rcall('ZREM', failed, ARGV[2]) == 0 then return 0 end
  count(DEAD, -1)
  rcall('DEL', base .. ARGV[2])
  rcall('ZADD', finished, now, ARGV[2])
  forgetFinished(tonumber(ARGV[3]))
  return 1
end

-- To take ids out of a list one by one would read it anew for each.
local function takeOut(list, isGone)
  local kept, gone = {}, {}
  for _, id in ipairs(rcall('LRANGE', list, 0, -1)) do
    local to = isGone(id) and gone or kept
    to[#to + 1] = id
  end
  if #gone == 0 then return gone end
  rcall('DEL', list)
  for from = 1, #kept, 1000 do rcall('RPUSH', list, unpack(kept, from, math.min(from + 999, #kept))) end
  return gone
end

local function forget(id, keys, groups)
  local job = rcall('HMGET', base .. id, 'k', 'g')
  if job[1] then
    keys[job[1]] = keys[job[1]] or {}
    keys[job[1]][id] = true
  end
  if job[2] then
    rcall('ZREM', base .. 'rt:park:' .. job[2], id)
    groups[#groups + 1] = {id, job[2]}
  end
  rcall('DEL', base .. id, base .. id .. ':lock')
end

local function withdraw()
  writeThough()
  local source, keys, groups = ARGV[2], {}, {}
  local function isOfSource(id) return rcall('HGET', base .. id, 'src') == source end
  for place, list in pairs({[WAITING] = wait, [LEASED] = active}) do
    for _, id in ipairs(takeOut(list, isOfSource)) do
      count(place, -1)
      forget(id, keys, groups)
    end
  end
  for place, sets in pairs({[WAITING] = {prioritized, above, held, parked}, [DELAYED] = {delayed}, [DEAD] = {failed}}) do
    for _, set in ipairs(sets) do
      for _, id in ipairs(rcall('ZRANGE', set, 0, -1)) do
        if isOfSource(id) then
          rcall('ZREM', set, id)
          count(place, -1)
          forget(id, keys, groups)
        end
      end
    end
  end
  refillFromAbove()
  for _, left in ipairs(groups) do leaveGroup(left[1], left[2]) end
  for orderKey, gone in pairs(keys) do
    takeOut(base .. 'rt:line:' .. orderKey, function(id) return gone[id] end)
    leaveLine('', orderKey)
  end
  return 1
end

local function oldestReady()
  local ids = {rcall('LINDEX', wait, -1) or nil, rcall('ZRANGE', prioritized, 0, 0)[1]}
  local oldest = 0
  for _, id in pairs(ids) do
    local job = rcall('HMGET', base .. id, 'rdy', 'timestamp')
    local ready = tonumber(job[1] or job[2] or 0)
    if oldest == 0 or ready < oldest then oldest = ready end
  end
  return oldest
end

-- Answers with the mark of what is stored here, and how far the trail gets.
local function marks()
  local mark, trail = base .. 'rt:mark', base .. 'rt:trail:' .. ARGV[3]
  rcall('PEXPIRE', trail, keepTrailMs)
  local found = rcall('MGET', mark, trail)
  if not found[1] then
    writeThough()
    rcall('SET', mark, ARGV[2])
  end
  return found[1] or ARGV[2], tonumber(found[2] or 0)
end

-- ARGV: a new mark of what is stored here, and whose trail. Answers with the mark it has, and how everything stands. Most
-- queues are empty most of the time: then there is nothing to recover, to mend or to count but dead letters.
local function look()
  if rcall('EXISTS', wait, prioritized, above, held, parked, delayed, active) == 0 then
    local mark, trail = marks()
    return {mark, 0, 0, 0, rcall('ZCARD', failed), 0, 0, 0, 0, trail}
  end
  writeThough()
  local nextLossMs = recoverCrashed()
  mend()
  promoteDue()
  local mark, trail = marks()
  local ready = rcall('LLEN', wait) + rcall('ZCARD', prioritized)
  local waiting = ready + rcall('ZCARD', above) + rcall('ZCARD', held) + rcall('ZCARD', parked)
  return {mark, waiting, rcall('ZCARD', delayed), rcall('LLEN', active), rcall('ZCARD', failed), oldestReady(), nextDue(),
    ready, nextLossMs, trail}
end

local function wakeOthers() wake(); return 1 end
`;
