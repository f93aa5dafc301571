/** What ends a delivery otherwise than well, renews it, or finds that its holder died. */
export const settleScript = `
-- ARGV: id, token, order key, group, delay in ms, whether it burns an attempt, whether anybody has seen it
local function nack()
  writeThough()
  local id, waitMs = ARGV[2], tonumber(ARGV[6])
  if not release(id, ARGV[3]) then return 0 end
  if ARGV[7] == '1' then rcall('HINCRBY', base .. id, 'atm', 1) end
  rcall('HSET', base .. id, 'rdy', now + waitMs)
  if ARGV[8] == '1' then rcall('HSET', base .. id, 'crashes', 0) end
  leaveGroup(id, ARGV[5])
  if waitMs > 0 then
    delay(id, now + waitMs)
  else
    enqueue(id, tonumber(rcall('HGET', base .. id, 'p') or 0), ARGV[7] ~= '1')
  end
  say('waiting', id)
  return 1
end

-- ARGV: ids of finished tasks to remember, letters to keep, id, token, order key, group, reason, detail, attempts
local function bury()
  writeThough()
  local id = ARGV[4]
  if not release(id, ARGV[5]) then return {0, {}} end
  rcall('HSET', base .. id, 'failedReason', ARGV[9], 'finishedOn', now, 'dr', ARGV[8], 'dd', ARGV[9], 'da', ARGV[10], 'dt', now)
  -- Newest first also within one millisecond.
  local newest = tonumber(rcall('ZREVRANGE', failed, 0, 0, 'WITHSCORES')[2] or 0)
  rcall('ZADD', failed, math.max(now, newest + 1 / 1024), id)
  say('failed', id, 'failedReason', ARGV[9])
  count(DEAD, 1)
  -- A payload that cannot be read names neither.
  local job = rcall('HMGET', base .. id, 'g', 'k')
  leaveGroup(id, job[1] or ARGV[7])
  leaveLine(id, job[2] or ARGV[6])
  local dropped = {}
  while rcall('ZCARD', failed) > tonumber(ARGV[3]) do
    local oldest = rcall('ZPOPMIN', failed)[1]
    rcall('DEL', base .. oldest)
    count(DEAD, -1)
    dropped[#dropped + 1] = oldest
  end
  return {1, dropped}
end

-- ARGV: lease in ms, and for each: id, token. Answers with the positions of those that are lost.
local function renew()
  local lost = {}
  for at = 3, #ARGV, 2 do
    local lock = base .. ARGV[at] .. ':lock'
    if rcall('GET', lock) == ARGV[at + 1] then
      rcall('PEXPIRE', lock, ARGV[2])
    else
      lost[#lost + 1] = (at - 3) / 2
    end
  end
  return lost
end

-- ARGV: the beginnings of tokens whose deliveries never arrived. Nobody has begun them.
local function reclaim()
  writeThough()
  local reclaimed = 0
  for _, id in ipairs(rcall('LRANGE', active, 0, -1)) do
    local token = rcall('GET', base .. id .. ':lock')
    for at = 2, #ARGV do
      if token and string.sub(token, 1, #ARGV[at]) == ARGV[at] and release(id, token) then
        local job = rcall('HMGET', base .. id, 'g', 'p')
        leaveGroup(id, job[1] or '')
        enqueue(id, tonumber(job[2] or 0), true)
        reclaimed = reclaimed + 1
        break
      end
    end
  end
  return reclaimed
end

-- Answers with the milliseconds until the next lease runs out, if nobody renews it.
local function recoverCrashed()
  local nextMs = 0
  for _, id in ipairs(rcall('LRANGE', active, 0, -1)) do
    local leftMs = rcall('PTTL', base .. id .. ':lock')
    if leftMs >= 0 then
      if nextMs == 0 or leftMs < nextMs then nextMs = math.max(1, leftMs) end
    else
      rcall('LREM', active, 1, id)
      count(LEASED, -1)
      local job = rcall('HMGET', base .. id, 'g', 'p')
      rcall('HINCRBY', base .. id, 'crashes', 1)
      rcall('HSET', base .. id, 'rdy', now)
      leaveGroup(id, job[1] or '')
      enqueue(id, tonumber(job[2] or 0), true)
      say('stalled', id)
    end
  end
  return nextMs
end
`;
