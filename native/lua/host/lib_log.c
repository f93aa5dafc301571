/* What a program says: records of the outbox, with the place that said it. */
#include "lua.h"
#include "lauxlib.h"

#include <stdint.h>
#include <string.h>

#include "lane.h"
#include "libraries.h"
#include "outbox.h"
#include "process.h"
#include "values.h"

#define RECORDMAX  ((size_t)64 << 10)

/* Pushes "file:line" of the function at that level, or "" when it has no line. */
static void pushplace (lua_State *L, int level) {
  lua_Debug ar;
  if (lua_getstack(L, level, &ar) && lua_getinfo(L, "Sl", &ar) && ar.currentline > 0)
    lua_pushfstring(L, "%s:%d", ar.short_src, ar.currentline);
  else lua_pushliteral(L, "");
}

/* The stack: level, text, fields or nil, place. */
static void record (lua_State *L) {
  size_t length, placelength;
  uint8_t level = (uint8_t)luaL_checkinteger(L, 1);
  const char *text = luaL_checklstring(L, 2, &length);
  const char *place = luaL_checklstring(L, 4, &placelength);
  Writer *w = &values_writer, *out;
  writer_reset(w);
  write_value(w, L, 3, PORTABLE, RECORDMAX);
  if (length > RECORDMAX) length = RECORDMAX;
  out = outbox_begin(RECORD_LOG);
  outbox_pid(out, lane_running->pid);
  writer_bytes(out, &level, 1);
  outbox_text(out, text, length);
  outbox_text(out, place, placelength);
  writer_bytes(out, w->bytes, w->length);
  outbox_end(out);
  luaN_charge(length / 64 + 20);
  if (outbox_isfull()) luaN_budget = 0;
}

/* Arguments: level, text, fields or nil, place. */
static int log_record (lua_State *L) {
  lua_settop(L, 4);
  record(L);
  return 0;
}

/* Argument: a level of the stack. */
static int log_place (lua_State *L) {
  pushplace(L, (int)luaL_checkinteger(L, 1));
  return 1;
}

void library_pushline (lua_State *L) {
  luaL_Buffer b;
  int n = lua_gettop(L);
  luaL_buffinit(L, &b);
  for (int i = 1; i <= n; i++) {
    if (i > 1) luaL_addchar(&b, '\t');
    luaL_tolstring(L, i, NULL);
    luaL_addvalue(&b);
  }
  luaL_pushresult(&b);
}

int library_print (lua_State *L) {
  library_pushline(L);
  lua_insert(L, 1);
  lua_settop(L, 1);
  lua_pushinteger(L, 1);  /* info */
  lua_insert(L, 1);
  lua_pushnil(L);
  pushplace(L, 1);
  record(L);
  return 0;
}

int native_log (lua_State *L) {
  static const luaL_Reg functions[] = { { "log", log_record }, { "place", log_place }, { NULL, NULL } };
  luaL_setfuncs(L, functions, 0);
  return 0;
}
