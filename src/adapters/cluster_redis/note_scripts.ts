import { LuaScript } from "./lua_script.ts";

/** KEYS lease. The note, or nothing. */
export const readNoteScript = new LuaScript(`return redis.call("HGET", KEYS[1], "note") or ""`);

/** KEYS lease. ARGV token, note. A lease that Redis has forgotten is written down again by the next renewal. */
export const writeNoteScript = new LuaScript(`
local row = redis.call("HMGET", KEYS[1], "token", "holder")
if row[1] and (row[1] ~= ARGV[1] or row[2] == "") then return 0 end
redis.call("HSET", KEYS[1], "note", ARGV[2])
return 1
`);
