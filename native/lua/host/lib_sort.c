/* table.sort: its arguments are checked here, the order is made by the prelude's sort.lua. */
#include "lua.h"
#include "lauxlib.h"

#include <limits.h>

#include "libraries.h"

static int sortk (lua_State *L, int status, lua_KContext ctx) {
  (void)status; (void)ctx;
  if (lua_toboolean(L, -1)) return luaL_error(L, "invalid order function for sorting");
  return 0;
}

int library_sort (lua_State *L) {
  lua_Integer n;
  if (lua_type(L, 1) != LUA_TTABLE) {
    int fields = lua_getmetatable(L, 1);
    if (fields) {
      int able = 1;
      static const char *const needed[] = { "__index", "__newindex", "__len", NULL };
      for (const char *const *field = needed; *field != NULL; field++) {
        lua_pushstring(L, *field);
        able = able && lua_rawget(L, -1 - 1) != LUA_TNIL;
        lua_pop(L, 1);
      }
      lua_pop(L, 1);
      fields = able;
    }
    if (!fields) luaL_checktype(L, 1, LUA_TTABLE);
  }
  n = luaL_len(L, 1);
  if (n <= 1) return 0;
  luaL_argcheck(L, n < INT_MAX, 1, "array too big");
  if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 2);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_pushinteger(L, n);
  lua_pushvalue(L, 2);
  lua_callk(L, 3, 1, 0, sortk);
  return sortk(L, LUA_OK, 0);
}
