/* Fills the base: the libraries of Lua that a process may use, ours, and the prelude. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lualib.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "channel.h"
#include "failure.h"
#include "heap.h"
#include "host_calls.h"
#include "lane.h"
#include "libraries.h"
#include "outbox.h"
#include "process.h"
#include "values.h"

#define RECORDMAX  ((size_t)64 << 10)

/* {====================================================== table.sort */

static int sortk (lua_State *L, int status, lua_KContext ctx) {
  (void)status; (void)ctx;
  if (lua_toboolean(L, -1)) return luaL_error(L, "invalid order function for sorting");
  return 0;
}

static int sort (lua_State *L) {
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

/* }====================================================== */

/* {====================================================== what only the prelude calls */

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

static int native_failure (lua_State *L) {
  failure(L, luaL_checkstring(L, 1), "%s", luaL_checkstring(L, 2));
  return 1;
}

static int native_where (lua_State *L) {
  luaL_traceback(L, L, NULL, (int)luaL_checkinteger(L, 1));
  return 1;
}

static int native_timer (lua_State *L) {
  channel_timer(L, luaL_checknumber(L, 1), luaL_checknumber(L, 2));
  return 1;
}

static int native_stoptimer (lua_State *L) {
  lua_pushboolean(L, channel_stoptimer(L, 1));
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

/* A text such as "1h30m" or "-1.5s" in milliseconds; nothing when it is none (the syntax of Go's durations). */
static int native_duration (lua_State *L) {
  static const struct { const char *name; double ms; } units[] = {
    { "ns", 1e-6 }, { "us", 1e-3 }, { "\xc2\xb5s", 1e-3 }, { "ms", 1 }, { "s", 1e3 }, { "m", 6e4 }, { "h", 3.6e6 }
  };
  const char *at = luaL_checkstring(L, 1);
  double total = 0, sign = 1;
  if (*at == '-' || *at == '+') sign = *at++ == '-' ? -1 : 1;
  if (strcmp(at, "0") == 0) {
    lua_pushnumber(L, 0);
    return 1;
  }
  if (*at == '\0') return 0;
  while (*at != '\0') {
    double value = 0, scale = 1;
    int digits = 0;
    size_t best = 0, length = 0;
    for (; *at >= '0' && *at <= '9'; at++, digits++) value = value * 10 + (*at - '0');
    if (*at == '.')
      for (at++; *at >= '0' && *at <= '9'; at++, digits++) value += (*at - '0') * (scale /= 10);
    if (digits == 0) return 0;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
      size_t named = strlen(units[i].name);
      if (named > length && strncmp(at, units[i].name, named) == 0) {
        best = i;
        length = named;
      }
    }
    if (length == 0) return 0;
    total += value * units[best].ms;
    at += length;
  }
  lua_pushnumber(L, sign * total);
  return 1;
}

/* Arguments: level, text, fields or nil. */
static int native_log (lua_State *L) {
  size_t length;
  uint8_t level = (uint8_t)luaL_checkinteger(L, 1);
  const char *text = luaL_checklstring(L, 2, &length);
  Writer *w = &values_writer, *out;
  lua_settop(L, 3);
  writer_reset(w);
  write_value(w, L, 3, PORTABLE, RECORDMAX);
  if (length > RECORDMAX) length = RECORDMAX;
  out = outbox_begin(RECORD_LOG);
  outbox_pid(out, lane_running->pid);
  writer_bytes(out, &level, 1);
  outbox_text(out, text, length);
  writer_bytes(out, w->bytes, w->length);
  outbox_end(out);
  if (outbox_isfull()) luaN_budget = 0;
  return 0;
}

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

/* }====================================================== */

static const char prelude_sort[] = {
#embed "../prelude/sort.lua"
  , 0
};
static const char prelude_errors[] = {
#embed "../prelude/errors.lua"
  , 0
};
static const char prelude_payload[] = {
#embed "../prelude/payload.lua"
  , 0
};
static const char prelude_process[] = {
#embed "../prelude/process.lua"
  , 0
};
static const char prelude_time[] = {
#embed "../prelude/time.lua"
  , 0
};

/* Runs a file of the prelude with the table 'native' at index 1; leaves what it returned. */
static void runprelude (lua_State *L, const char *name, const char *source) {
  if (luaL_loadbufferx(L, source, strlen(source), name, "t") != LUA_OK) lua_error(L);
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
}

static int require (lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  lua_pushvalue(L, 1);
  if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) return luaL_error(L, "module '%s' not found", name);
  return 1;
}

static int print (lua_State *L) {
  luaL_Buffer b;
  int n = lua_gettop(L);
  luaL_buffinit(L, &b);
  for (int i = 1; i <= n; i++) {
    if (i > 1) luaL_addchar(&b, '\t');
    luaL_tolstring(L, i, NULL);
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
  lua_replace(L, 1);
  lua_settop(L, 1);
  lua_pushinteger(L, 1);
  lua_insert(L, 1);
  return native_log(L);
}

static void forbid (lua_State *L, const char *const *names) {
  for (; *names != NULL; names++) {
    lua_pushnil(L);
    lua_setglobal(L, *names);
  }
}

static void opensort (lua_State *L) {
  runprelude(L, "=[C]", prelude_sort);
  lua_pushcclosure(L, sort, 1);
  lua_getglobal(L, "table");
  lua_insert(L, -2);
  lua_setfield(L, -2, "sort");
  lua_pop(L, 1);
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
  lua_newtable(L);
  lua_insert(L, 1);
  opensort(L);
  lua_remove(L, 1);
}

int libraries_open (lua_State *L) {
  static const luaL_Reg natives[] = {
    { "object", native_object }, { "state", native_state }, { "kindof", native_kindof }, { "meta", native_meta },
    { "failure", native_failure }, { "where", native_where }, { "timer", native_timer }, { "stoptimer", native_stoptimer },
    { "now", native_now }, { "wall", native_wall }, { "duration", native_duration }, { "log", native_log }, { NULL, NULL }
  };
  static const struct { const char *module, *chunkname, *source; int isglobal; } modules[] = {
    { "errors", "=errors", prelude_errors, 1 }, { "payload", "=payload", prelude_payload, 1 },
    { "process", "=process", prelude_process, 1 }, { "time", "=time", prelude_time, 0 }
  };
  static const char *const forbidden[] = { "load", "loadstring", "loadfile", "dofile", "collectgarbage", "rawlen", "warn", NULL };
  lua_settop(L, 0);
  libraries_lua(L);
  luaL_newlib(L, natives);
  native_process(L);
  library_process(L);
  lua_setfield(L, 1, "process");
  lua_newtable(L);  /* what require knows */
  channel_open(L);
  lua_pushvalue(L, -1);
  lua_setglobal(L, "channel");
  lua_setfield(L, 2, "channel");
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    runprelude(L, modules[i].chunkname, modules[i].source);
    if (modules[i].isglobal) {
      lua_pushvalue(L, -1);
      lua_setglobal(L, modules[i].module);
    }
    lua_setfield(L, 2, modules[i].module);
  }
  lua_pushcclosure(L, require, 1);
  lua_setglobal(L, "require");
  lua_pushcfunction(L, print);
  lua_setglobal(L, "print");
  lua_getglobal(L, "coroutine");
  lua_pushcfunction(L, native_spawncoroutine);
  lua_setfield(L, -2, "spawn");
  forbid(L, forbidden);
  lua_settop(L, 0);
  return 0;
}
