/* Fills the base: the libraries of Lua that a process may use, ours, and the prelude. */
#include "lua.h"
#include "lauxlib.h"
#include "lualib.h"

#include <string.h>

#include "channel.h"
#include "entry.h"
#include "libraries.h"
#include "prelude.h"
#include "process.h"

/* What is a global too may always be required. */
static int isambient (const char *name) {
  static const char *const ambient[] = { "channel", "errors", "os", "payload", "process", NULL };
  for (const char *const *each = ambient; *each != NULL; each++)
    if (strcmp(*each, name) == 0) return 1;
  return 0;
}

/* Only what the entry declares is found, unless it declares nothing (entry_modules). */
static int require (lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const Entry *e = lane_running != NULL ? lane_running->entry : NULL;
  lua_pushvalue(L, 1);
  if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) return luaL_error(L, "module '%s' not found", name);
  if (e != NULL && !isambient(name) && !entry_maytake(e, name)) return luaL_error(L, "module '%s' is not among the modules of %s", name, e->id);
  return 1;
}

static void forbid (lua_State *L, const char *const *names) {
  for (; *names != NULL; names++) {
    lua_pushnil(L);
    lua_setglobal(L, *names);
  }
}

/* The libraries of Lua itself, table.sort included. */
void libraries_lua (lua_State *L) {
  static const luaL_Reg opened[] = {
    { "_G", luaopen_base }, { "string", luaopen_string }, { "table", luaopen_table }, { "math", luaopen_math },
    { "coroutine", luaopen_coroutine }, { "utf8", luaopen_utf8 }, { NULL, NULL }
  };
  for (const luaL_Reg *each = opened; each->name != NULL; each++) {
    luaL_requiref(L, each->name, each->func, 1);
    lua_pop(L, 1);
  }
  lua_getglobal(L, "table");
  prelude_sort(L);
  lua_pushcclosure(L, library_sort, 1);
  lua_setfield(L, -2, "sort");
  lua_pop(L, 1);
}

int libraries_open (lua_State *L) {
  enum { NATIVE = 1, MODULES };
  static const char *const forbidden[] = {
    "load", "loadstring", "loadfile", "dofile", "collectgarbage", "rawlen", "warn", "utf8", NULL
  };
  lua_settop(L, 0);
  libraries_lua(L);
  library_natives(L);
  library_process(L);
  lua_setfield(L, NATIVE, "process");
  lua_newtable(L);
  channel_open(L);
  lua_pushvalue(L, -1);
  lua_setglobal(L, "channel");
  lua_setfield(L, MODULES, "channel");
  prelude_run(L, NATIVE, MODULES);
  lua_pushcclosure(L, require, 1);
  lua_setglobal(L, "require");
  lua_pushcfunction(L, library_print);
  lua_setglobal(L, "print");
  lua_getglobal(L, "coroutine");
  lua_getfield(L, NATIVE, "spawncoroutine");
  lua_setfield(L, -2, "spawn");
  forbid(L, forbidden);
  lua_settop(L, 0);
  return 0;
}
