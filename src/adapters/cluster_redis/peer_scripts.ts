import { peerLimits } from "../../app_runtime/contracts/peers.ts";
import { LuaScript, luaPrelude } from "./lua_script.ts";

const removeEach = `
local function remove_each(ids)
  if #ids == 0 then return end
  redis.call("ZREM", KEYS[2], unpack(ids))
  redis.call("HDEL", KEYS[1], unpack(ids))
end
`;

/** At most so many at once: `unpack` has a limit, and the rest goes the next time. */
const atOnce = 1_000;

/** KEYS cards, times. ARGV id, card. All that are remembered: age, card, age, card ... */
export const announceScript = new LuaScript(`${luaPrelude}${removeEach}
redis.call("HSET", KEYS[1], ARGV[1], ARGV[2])
redis.call("ZADD", KEYS[2], text(now), ARGV[1])
remove_each(redis.call("ZRANGEBYSCORE", KEYS[2], "-inf", "(" .. text(now - ${peerLimits.keepMs}), "LIMIT", 0, ${atOnce}))
local over = redis.call("ZCARD", KEYS[2]) - ${peerLimits.peers}
if over > 0 then remove_each(redis.call("ZRANGE", KEYS[2], 0, math.min(over, ${atOnce}) - 1)) end
redis.call("PEXPIRE", KEYS[1], ${peerLimits.keepMs})
redis.call("PEXPIRE", KEYS[2], ${peerLimits.keepMs})
local told = {}
local times = redis.call("ZRANGE", KEYS[2], 0, -1, "WITHSCORES")
for i = 1, #times, 2 do
  local card = redis.call("HGET", KEYS[1], times[i])
  if card then
    table.insert(told, text(math.max(0, now - tonumber(times[i + 1]))))
    table.insert(told, card)
  end
end
return told
`);

/** KEYS cards, times. ARGV id. */
export const leaveScript = new LuaScript(`${removeEach}
remove_each({ ARGV[1] })
return 1
`);
