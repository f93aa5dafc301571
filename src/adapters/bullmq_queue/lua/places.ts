/**
 * Where a task can be. In BullMQ's own places: wait (list, taken from its right end), prioritized (below the default), delayed,
 * active, failed (dead letters). In ours, under `rt:`: above (over the default priority; its first stands at the right end of
 * wait), held (behind its order key), parked (by its group), line:<order key>, park:<group>, runs:<group>, finished (ids), rate.
 * trail:<runtime> is an AcceptedTrail.
 * `moved` counts what a script changes: waiting, delayed, leased, dead.
 */
export const places = `
local rcall = redis.call
local base = KEYS[1]
local op = ARGV[1]
local wait, active, prioritized, delayed = base .. 'wait', base .. 'active', base .. 'prioritized', base .. 'delayed'
local failed, meta, marker, events = base .. 'failed', base .. 'meta', base .. 'marker', base .. 'events'
local above, held, parked = base .. 'rt:above', base .. 'rt:held', base .. 'rt:parked'
local finished, rate = base .. 'rt:finished', base .. 'rt:rate'
local clock = rcall('TIME')
local nowUs = clock[1] * 1000000 + clock[2]
local now = math.floor(nowUs / 1000)
local moved = {0, 0, 0, 0}
local WAITING, DELAYED, LEASED, DEAD = 1, 2, 3, 4
local function count(place, by) moved[place] = moved[place] + by end

local function wake() rcall('ZADD', marker, 0, '0') end
local function say(event, id, name, value)
  if name then
    rcall('XADD', events, 'MAXLEN', '~', 1000, '*', 'event', event, 'jobId', id, 'prev', 'active', name, value)
  else
    rcall('XADD', events, 'MAXLEN', '~', 1000, '*', 'event', event, 'jobId', id)
  end
end
local function rank(priority, first)
  return (100 - priority) * 4294967296 + (first and 0 or rcall('INCR', base .. 'rt:seq') % 4294967296)
end

local function headOfWait()
  local head = rcall('LINDEX', wait, -1)
  if not head then return nil, 0 end
  return head, tonumber(rcall('HGET', base .. head, 'p') or 0)
end

local function enqueueAbove(id, priority, first)
  local head, headPriority = headOfWait()
  local score = rank(priority, first)
  rcall('HSET', base .. id, 'us', score)
  if headPriority <= 0 then
    rcall('RPUSH', wait, id)
  elseif priority > headPriority then
    rcall('RPOP', wait)
    rcall('ZADD', above, rcall('HGET', base .. head, 'us') or score, head)
    rcall('RPUSH', wait, id)
  else
    rcall('ZADD', above, score, id)
  end
end

local function enqueueFirst(id)
  local head, headPriority = headOfWait()
  if headPriority > 0 then
    rcall('RPOP', wait)
    rcall('RPUSH', wait, id, head)
  else
    rcall('RPUSH', wait, id)
  end
end

-- It may run now.
local function enqueue(id, priority, first)
  if priority > 0 then
    enqueueAbove(id, priority, first)
  elseif priority < 0 then
    local seq = first and 0 or rcall('INCR', base .. 'pc') % 4294967296
    rcall('ZADD', prioritized, -priority * 4294967296 + seq, id)
  elseif first then
    enqueueFirst(id)
  else
    rcall('LPUSH', wait, id)
  end
  count(WAITING, 1)
  wake()
end

local function refillFromAbove()
  local _, headPriority = headOfWait()
  if headPriority > 0 then return end
  local next = rcall('ZPOPMIN', above)
  if next[1] then rcall('RPUSH', wait, next[1]) end
end

local function delay(id, due)
  rcall('ZADD', delayed, due * 4096 + rcall('INCR', base .. 'rt:seq') % 4096, id)
  rcall('HSET', base .. id, 'delay', due - now)
  count(DELAYED, 1)
  local first = rcall('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  rcall('ZADD', marker, math.floor(tonumber(first[2]) / 4096), '1')
end

local function start(id, priority, due)
  if due > now then delay(id, due) else enqueue(id, priority, false) end
end

local function becomeHead(id)
  if rcall('ZREM', held, id) == 0 then return end
  count(WAITING, -1)
  local job = rcall('HMGET', base .. id, 'p', 'due')
  rcall('HSET', base .. id, 'rdy', now)
  start(id, tonumber(job[1] or 0), tonumber(job[2] or 0))
end

-- A new task, or a dead one that gets another chance.
local function admit(id, priority, due, orderKey)
  if orderKey ~= '' and rcall('RPUSH', base .. 'rt:line:' .. orderKey, id) > 1 then
    rcall('ZADD', held, now, id)
    count(WAITING, 1)
    return
  end
  start(id, priority, due)
end

local function leaveLine(id, orderKey)
  if orderKey == '' then return end
  local line = base .. 'rt:line:' .. orderKey
  rcall('LREM', line, 1, id)
  local head = rcall('LINDEX', line, 0)
  if head then becomeHead(head) end
end

local function leaveGroup(id, group)
  if group == '' then return end
  if rcall('SREM', base .. 'rt:runs:' .. group, id) == 0 then return end
  local next = rcall('ZPOPMIN', base .. 'rt:park:' .. group)[1]
  if not next or rcall('ZREM', parked, next) == 0 then return end
  count(WAITING, -1)
  enqueue(next, tonumber(rcall('HGET', base .. next, 'p') or 0), true)
end

local function promoteDue()
  local due = rcall('ZRANGEBYSCORE', delayed, 0, (now + 1) * 4096 - 1, 'WITHSCORES', 'LIMIT', 0, 500)
  for i = 1, #due, 2 do
    local id = due[i]
    rcall('ZREM', delayed, id)
    rcall('HSET', base .. id, 'delay', 0, 'rdy', math.floor(tonumber(due[i + 1]) / 4096))
    count(DELAYED, -1)
    enqueue(id, tonumber(rcall('HGET', base .. id, 'p') or 0), false)
  end
end

local function nextDue()
  local first = rcall('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  return first[2] and math.floor(tonumber(first[2]) / 4096) or 0
end

-- Takes it out of active, if it is held under this token.
local function release(id, token)
  local lock = base .. id .. ':lock'
  if rcall('GET', lock) ~= token then return false end
  rcall('DEL', lock)
  rcall('LREM', active, -1, id)
  count(LEASED, -1)
  return true
end

-- Settling must work when the memory is full: a script that has begun to write may go on.
local function writeThough() rcall('DEL', base .. 'rt:none') end
`;
