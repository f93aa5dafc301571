/**
 * A key that somebody deleted by hand, or that the server threw away, leaves its task in the places that name it: at the head of
 * a line that will never move, or in a slot of a group. Each look asks some of those that wait for another whether it is still
 * there. What has lost all else is handed out, and becomes an unreadable dead letter.
 */
export const mendScript = `
local askedHeld, askedParked = 100, 20

local function unpark(id)
  if rcall('ZREM', parked, id) == 0 then return end
  count(WAITING, -1)
  enqueue(id, tonumber(rcall('HGET', base .. id, 'p') or 0), false)
end

local function mendLine(id)
  local orderKey = rcall('HGET', base .. id, 'k')
  if not orderKey then return becomeHead(id) end
  local line = base .. 'rt:line:' .. orderKey
  local head = rcall('LINDEX', line, 0)
  if not head then
    rcall('RPUSH', line, id)
    becomeHead(id)
  elseif head == id then
    becomeHead(id)
  elseif rcall('HGET', base .. head, 'k') ~= orderKey then
    leaveLine(head, orderKey)
  end
end

-- Whoever holds a slot holds a lock: those without one have just been taken out.
local function mendGroup(id)
  local group = rcall('HGET', base .. id, 'g')
  if not group then return unpark(id) end
  for _, runs in ipairs(rcall('SMEMBERS', base .. 'rt:runs:' .. group)) do
    if rcall('EXISTS', base .. runs .. ':lock') == 0 then leaveGroup(runs, group) end
  end
  if rcall('EXISTS', base .. 'rt:runs:' .. group) == 1 then return end
  local next = rcall('ZPOPMIN', base .. 'rt:park:' .. group)[1]
  unpark(next or id)
end

local function mend()
  for _, id in ipairs(rcall('ZRANDMEMBER', held, askedHeld)) do mendLine(id) end
  for _, id in ipairs(rcall('ZRANDMEMBER', parked, askedParked)) do mendGroup(id) end
end
`;
