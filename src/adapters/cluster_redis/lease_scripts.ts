import { LuaScript, luaPrelude } from "./lua_script.ts";

/**
 * Since when this very server, in this very run, has known the cluster. A server that was started anew, took over from
 * another or was emptied may have forgotten leases whose holders live.
 */
const knownSince = `
local function known_since(key)
  local info = redis.pcall("INFO", "server")
  local run = type(info) == "string" and string.match(info, "run_id:(%w+)") or "unknown"
  local had = redis.call("HMGET", key, "run", "since")
  local since = had[1] == run and tonumber(had[2])
  if since then return since end
  redis.call("HSET", key, "run", run, "since", text(now))
  return now
end
`;

/** Longer than anybody stands by for a mailbox that nobody works any more. */
const keepMs = 90 * 86_400_000;

const store = `
local function store(row)
  redis.call("HSET", KEYS[1], unpack(row))
  redis.call("PEXPIRE", KEYS[1], ${keepMs})
end
`;

/** KEYS lease, memory. The row, and the server's time. */
export const lookScript = new LuaScript(`${luaPrelude}${knownSince}
known_since(KEYS[2])
local row = redis.call("HMGET", KEYS[1], "token", "renewals", "holder", "taken_at", "expires_at", "duration_ms")
local shown = { text(now) }
for i = 1, 6 do shown[i + 1] = row[i] or "" end
return shown
`);

/**
 * KEYS lease, memory. ARGV seen token, renewals and holder ("" for none); own holder, duration, floor of the token.
 * The new token is at least the time, so that it grows also when what was before is forgotten.
 */
export const takeScript = new LuaScript(`${luaPrelude}${knownSince}${store}
local row = redis.call("HMGET", KEYS[1], "token", "renewals", "holder")
for i = 1, 3 do if (row[i] or "") ~= ARGV[i] then return { "changed" } end end
local duration = tonumber(ARGV[5])
local wait = known_since(KEYS[2]) + duration - now
if wait > 0 then return { "young", text(wait) } end
local token = math.max(now, (tonumber(row[1]) or 0) + 1, tonumber(ARGV[6]) + 1)
store({ "token", text(token), "renewals", "0", "holder", ARGV[4], "taken_at", text(now),
  "expires_at", text(now + duration), "duration_ms", text(duration) })
return { "taken", text(token) }
`);

/**
 * KEYS lease, memory. ARGV token, holder, duration, note ("" for none). A lease that Redis has forgotten is written down
 * again: nobody else has taken one yet. Its renewals are then counted from a number that nobody has seen.
 */
export const renewScript = new LuaScript(`${luaPrelude}${knownSince}${store}
local row = redis.call("HMGET", KEYS[1], "token", "holder")
local duration = tonumber(ARGV[3])
known_since(KEYS[2])
if not row[1] then
  store({ "token", ARGV[1], "renewals", text(now), "holder", ARGV[2], "taken_at", text(now),
    "expires_at", text(now + duration), "duration_ms", text(duration) })
  if ARGV[4] ~= "" then redis.call("HSETNX", KEYS[1], "note", ARGV[4]) end
  return 1
end
if row[1] ~= ARGV[1] or row[2] == "" then return 0 end
redis.call("HINCRBY", KEYS[1], "renewals", 1)
store({ "expires_at", text(now + duration), "duration_ms", text(duration) })
return 1
`);

/** KEYS lease. ARGV token. */
export const releaseScript = new LuaScript(`
if redis.call("HGET", KEYS[1], "token") == ARGV[1] then redis.call("HSET", KEYS[1], "holder", "") end
return 1
`);
