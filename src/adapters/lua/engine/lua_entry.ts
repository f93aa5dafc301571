import type { ProcessEntry } from "../../../app_runtime/processes/api.ts";

/** What a Lua entry is made of. */
export interface LuaCode {
  /** Lua 5.4, type annotations allowed. Returns a table of functions, or one function. */
  readonly source: string;
  /** Stands in messages before the line; the id of the entry when absent. */
  readonly file?: string;
  /** The function of the table that runs; `main`, else `run`, when absent. */
  readonly method?: string;
  /** What its code may require; all modules when absent. */
  readonly modules?: readonly string[];
}

export const luaEngineName = "lua";

/** An entry that the Lua engine runs. */
export function luaEntry(id: string, code: LuaCode): ProcessEntry<LuaCode> {
  return { id, engine: luaEngineName, code };
}
