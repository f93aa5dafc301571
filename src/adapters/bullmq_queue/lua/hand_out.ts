/**
 * ARGV: lease in ms, ids of finished tasks to remember, group limit, rate (tasks, microseconds), tasks wanted, token, how many
 * settled, and for each: id, token, order key, group, whether it may have been settled before.
 */
export const handOutScript = `
local takeKeys = {wait, active, prioritized, events, base .. 'stalled', base .. 'limiter', delayed, base .. 'paused', meta,
  base .. 'pc', marker}

local function ack(id, token, orderKey, group, again)
  if not release(id, token) then return (again == '1' and rcall('ZSCORE', finished, id)) and 1 or 0 end
  rcall('DEL', base .. id)
  rcall('ZADD', finished, now, id)
  say('completed', id, 'returnvalue', 'null')
  leaveGroup(id, group)
  leaveLine(id, orderKey)
  return 1
end

local function forgetFinished(remember)
  rcall('ZREMRANGEBYRANK', finished, 0, -remember - 1)
end

-- Parks it unless its group has room. It keeps its place among the parked of its priority.
local function entersGroup(id, job, limit)
  local runs = base .. 'rt:runs:' .. job.g
  if rcall('SCARD', runs) < limit then
    rcall('SADD', runs, id)
    return true
  end
  rcall('DEL', base .. id .. ':lock')
  rcall('LREM', active, 1, id)
  local score = job.gs or rank(tonumber(job.p or 0), false)
  rcall('HSET', base .. id, 'gs', score)
  rcall('ZADD', base .. 'rt:park:' .. job.g, score, id)
  rcall('ZADD', parked, now, id)
  return false
end

local function rateWaitUs(tasks, perUs)
  local oldest = rcall('LINDEX', rate, tasks - 1)
  -- A clock that was put back must not stop the queue until it has caught up.
  if not oldest or tonumber(oldest) > nowUs then return 0 end
  return tonumber(oldest) + perUs - nowUs
end

local function takeOne(token, leaseMs, groupLimit)
  local opts = cmsgpack.pack({token = token, lockDuration = leaseMs})
  for _ = 1, 500 do
    local next = bull.moveToActive(takeKeys, {base, now, opts})
    if next[1] == 0 then return nil, false end
    local id, job = next[2], {}
    for i = 1, #next[1], 2 do job[next[1][i]] = next[1][i + 1] end
    if tonumber(job.p or 0) > 0 then refillFromAbove() end
    if not job.g or entersGroup(id, job, groupLimit) then
      count(WAITING, -1)
      count(LEASED, 1)
      return {id, token, job.data or '', job.atm or '0', job.crashes or '0', job.rdy or job.timestamp or now,
        job.k or '', job.g or ''}
    end
  end
  wake()
  return nil, true
end

-- Larger answers would keep everybody else waiting.
local mostBytes = 2000000

local function work()
  writeThough()
  local leaseMs, remember, groupLimit = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
  local tasks, perUs, wanted, token = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]
  local settled, codes, taken, limitedUs = tonumber(ARGV[9]), {}, {}, 0
  for n = 1, settled do
    local at = 10 + (n - 1) * 5
    codes[n] = ack(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4])
  end
  if settled > 0 then forgetFinished(remember) end
  local more, bytes = false, 0
  if wanted > 0 then
    promoteDue()
    for n = 1, wanted do
      if tasks > 0 then limitedUs = math.max(0, rateWaitUs(tasks, perUs)) end
      if limitedUs > 0 then break end
      more = bytes > mostBytes
      if more then break end
      local job
      job, more = takeOne(token .. n, leaseMs, groupLimit)
      if not job then break end
      taken[n] = job
      bytes = bytes + #job[3]
      if tasks > 0 then
        rcall('LPUSH', rate, nowUs)
        rcall('LTRIM', rate, 0, tasks - 1)
      end
    end
  end
  local due = wanted > #taken and nextDue() or 0
  return {codes, taken, limitedUs, due, more and 1 or 0}
end
`;
