#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lapi.h"
#include "lobject.h"
#include "lstate.h"

#include <stdarg.h>

#include "failure.h"
#include "heap.h"
#include "lane.h"
#include "values.h"

static int push (lua_State *L, const char *kind, int retryable, const char *format, va_list arguments) {
  lua_pushnil(L);
  lua_newuserdatauv(L, 0, 1);
  lua_createtable(L, 0, 3);
  lua_pushvfstring(L, format, arguments);
  lua_setfield(L, -2, "message");
  lua_pushstring(L, kind);
  lua_setfield(L, -2, "kind");
  if (retryable) {
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "retryable");
  }
  lua_setiuservalue(L, -2, 1);
  heap_setkind(L, VALUE_ERROR);
  return 2;
}

int failure (lua_State *L, const char *kind, const char *format, ...) {
  va_list arguments;
  int count;
  va_start(arguments, format);
  count = push(L, kind, 0, format, arguments);
  va_end(arguments);
  return count;
}

int failure_retryable (lua_State *L, const char *kind, const char *format, ...) {
  va_list arguments;
  int count;
  va_start(arguments, format);
  count = push(L, kind, 1, format, arguments);
  va_end(arguments);
  return count;
}

int luaN_pushmessage (lua_State *L, int index) {
  lua_pushvalue(L, index);
  if (heap_kindof(uvalue(s2v(L->top - 1))) != VALUE_ERROR) {
    lua_pop(L, 1);
    return 0;
  }
  lua_getiuservalue(L, -1, 1);
  lua_getfield(L, -1, "message");
  lua_replace(L, -3);
  lua_pop(L, 1);
  return 1;
}
