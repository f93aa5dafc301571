/* What only the prelude calls, and no program sees. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "channel.h"
#include "duration.h"
#include "failure.h"
#include "heap.h"
#include "host_calls.h"
#include "lane.h"
#include "libraries.h"
#include "process.h"
#include "values.h"

/* {====================================================== userdata that are values, and others */

static int native_object (lua_State *L) {
  int kind = (int)luaL_checkinteger(L, 1);
  lua_settop(L, 2);
  lua_newuserdatauv(L, 0, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, 1);
  heap_setkind(L, kind);
  return 1;
}

static int native_state (lua_State *L) {
  lua_getiuservalue(L, 1, 1);
  return 1;
}

static int native_kindof (lua_State *L) {
  if (lua_type(L, 1) != LUA_TUSERDATA) return 0;
  lua_pushinteger(L, heap_kindof(uvalue(s2v(L->ci->func + 1))));
  return 1;
}

static int native_meta (lua_State *L) {
  heap_meta(L, (int)luaL_checkinteger(L, 1));
  return 0;
}

/* Arguments: a metatable, a value. A userdata that holds the value, cannot be sent, and shows only its methods. */
static int native_box (lua_State *L) {
  lua_settop(L, 2);
  lua_newuserdatauv(L, 0, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, 1);
  lua_setmetatable(L, -2);
  return 1;
}

/* Arguments: any value, a metatable. What the box with that metatable holds; nothing when it is none. */
static int native_unbox (lua_State *L) {
  lua_settop(L, 2);
  if (lua_type(L, 1) != LUA_TUSERDATA || !lua_getmetatable(L, 1) || !lua_rawequal(L, -1, 2)) return 0;
  lua_getiuservalue(L, 1, 1);
  return 1;
}

/* }====================================================== */

/* Arguments: kind, text. The error. */
static int native_failure (lua_State *L) {
  failure(L, luaL_checkstring(L, 1), "%s", luaL_checkstring(L, 2));
  return 1;
}

/* The same after nil: what a function returns. */
static int native_refuse (lua_State *L) {
  return failure(L, luaL_checkstring(L, 1), "%s", luaL_checkstring(L, 2));
}

static int native_where (lua_State *L) {
  luaL_traceback(L, L, NULL, (int)luaL_checkinteger(L, 1));
  return 1;
}

/* {====================================================== time */

static int native_timer (lua_State *L) {
  channel_timer(L, luaL_checknumber(L, 1), luaL_checknumber(L, 2));
  return 1;
}

static int native_stoptimer (lua_State *L) {
  lua_pushboolean(L, channel_stoptimer(L, 1));
  return 1;
}

static int native_restarttimer (lua_State *L) {
  lua_pushboolean(L, channel_restarttimer(L, 1, luaL_checknumber(L, 2)));
  return 1;
}

static int native_wall (lua_State *L) {
  lua_pushnumber(L, host_wall());
  return 1;
}

static int native_now (lua_State *L) {
  lua_pushnumber(L, host_now());
  return 1;
}

/* A text such as "1h30m" in nanoseconds; nothing when it is none. */
static int native_nanoseconds (lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  int64_t ns;
  if (!duration_parse(text, length, &ns)) return 0;
  lua_pushinteger(L, ns);
  return 1;
}

/* The same in milliseconds. */
static int native_duration (lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  int64_t ns;
  if (!duration_parse(text, length, &ns)) return 0;
  lua_pushnumber(L, (double)ns / 1e6);
  return 1;
}

/* }====================================================== */

static int native_spawncoroutine (lua_State *L) {
  Fiber *f;
  int arguments = lua_gettop(L);
  luaL_checktype(L, 1, LUA_TFUNCTION);
  f = fiber_new(lane_running, L);
  lua_xmove(L, f->L, arguments);
  f->arguments = arguments - 1;
  process_wake(lane_running, f);
  return 0;
}

int library_natives (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "object", native_object }, { "state", native_state }, { "kindof", native_kindof }, { "meta", native_meta },
    { "box", native_box }, { "unbox", native_unbox }, { "failure", native_failure }, { "refuse", native_refuse },
    { "where", native_where }, { "timer", native_timer }, { "stoptimer", native_stoptimer }, { "restarttimer", native_restarttimer },
    { "now", native_now }, { "wall", native_wall }, { "nanoseconds", native_nanoseconds },
    { "duration", native_duration }, { "spawncoroutine", native_spawncoroutine }, { NULL, NULL }
  };
  luaL_newlib(L, functions);
  native_process(L);
  native_host(L);
  native_log(L);
  native_zone(L);
  native_bytes(L);
  native_json(L);
  return 1;
}
