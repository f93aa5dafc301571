/* process.spawn and its kin, exec and upgrade, as far as they are not in the prelude. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"

#include <string.h>

#include "context.h"
#include "entry.h"
#include "failure.h"
#include "lane.h"
#include "lib_process.h"
#include "spawn.h"
#include "upgrade.h"
#include "values.h"
#include "wait.h"

/* values that children inherit, in bytes */
#define CONTEXTMAX  ((size_t)64 << 10)

#define me  lane_running

/* The entry and the host lie at 'at', the arguments behind them up to 'last'. */
static int spawnwith (lua_State *L, SpawnRequest *request, int at, int last) {
  if (lua_type(L, at) != LUA_TSTRING) return failure(L, INVALID, "an entry is expected, got %s", luaL_typename(L, at));
  if (lua_type(L, at + 1) != LUA_TSTRING) return failure(L, INVALID, "a host is expected, got %s", luaL_typename(L, at + 1));
  request->entry = lua_tolstring(L, at, &request->entrylength);
  request->host = lua_tolstring(L, at + 1, &request->hostlength);
  request->arguments = at + 2;
  request->last = last;
  return spawn_from(L, request);
}

static int spawnrelated (lua_State *L, int relations) {
  SpawnRequest request = { .relations = relations };
  return spawnwith(L, &request, 1, lua_gettop(L));
}

static int spawn (lua_State *L) { return spawnrelated(L, 0); }
static int spawn_monitored (lua_State *L) { return spawnrelated(L, SPAWN_MONITORED); }
static int spawn_linked (lua_State *L) { return spawnrelated(L, SPAWN_LINKED); }
static int spawn_linked_monitored (lua_State *L) { return spawnrelated(L, SPAWN_MONITORED | SPAWN_LINKED); }

/* A field of the table at 'index' stays on the stack, which is the index that is returned; 0: there is none. */
static int field (lua_State *L, int index, const char *name) {
  if (lua_getfield(L, index, name) != LUA_TNIL) return lua_gettop(L);
  lua_pop(L, 1);
  return 0;
}

/* Arguments: setup {context, name, options, messages}, relations, entry, host, and those of the process. */
static int native_spawn (lua_State *L) {
  SpawnRequest request = { .relations = (int)luaL_checkinteger(L, 2) };
  SpawnSetup *setup = &request.setup;
  int last = lua_gettop(L), name, context;
  if (request.relations & SPAWN_EXECUTED) wait_check(L);
  luaL_checkstack(L, 8, NULL);
  setup->options = field(L, 1, "options");
  setup->messages = field(L, 1, "messages");
  name = field(L, 1, "name");
  context = field(L, 1, "context");
  if (name != 0) setup->name = lua_tolstring(L, name, &setup->namelength);
  if (context != 0) setup->context = lua_tolstring(L, context, &setup->contextlength);
  return spawnwith(L, &request, 3, last);
}

/* Arguments: an entry's id or nil, and those of the new beginning. Does not return. */
static int native_upgrade (lua_State *L) {
  Entry *e;
  wait_check(L);
  if (lua_isnoneornil(L, 1)) e = entry_find(me->entry->id, me->entry->idlength);
  else {
    size_t length;
    const char *id = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : NULL;
    if (id == NULL) return luaL_error(L, "an entry is expected, got %s", luaL_typename(L, 1));
    e = entry_find(id, length);
    if (e == NULL) return luaL_error(L, "entry not found: %s", id);
  }
  if (e->code == NULL) return luaL_error(L, "%s", e->broken);
  upgrade_begin(L, e, 2, lua_gettop(L));
  lane_parked = 1;
  return luaN_pause(L, NULL);
}

/* The text of its own end, which nothing can catch. */
static int native_fail (lua_State *L) {
  static char text[512];
  strncpy(text, luaL_checkstring(L, 1), sizeof text - 1);
  process_end(me, text);
  return 0;
}

/* A copy of a value as bytes, or an error when it cannot be sent. The second argument: it may have that many bytes. */
static int native_pack (lua_State *L) {
  size_t limit = (size_t)luaL_optinteger(L, 2, (lua_Integer)ARGUMENTSMAX);
  lua_settop(L, 1);
  writer_reset(&values_writer);
  write_value(&values_writer, L, 1, PORTABLE, limit);
  lua_pushlstring(L, values_writer.bytes, values_writer.length);
  return 1;
}

/* The values of the process that its children inherit, as a new table. */
static int native_context (lua_State *L) {
  context_push(L, me->context);
  return 1;
}

void spawning_open (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "spawn", spawn }, { "spawn_monitored", spawn_monitored }, { "spawn_linked", spawn_linked },
    { "spawn_linked_monitored", spawn_linked_monitored }, { NULL, NULL }
  };
  luaL_setfuncs(L, functions, 0);
}

void spawning_natives (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "spawn", native_spawn }, { "upgrade", native_upgrade }, { "fail", native_fail }, { "pack", native_pack },
    { "context", native_context }, { NULL, NULL }
  };
  luaL_setfuncs(L, functions, 0);
  lua_pushinteger(L, (lua_Integer)CONTEXTMAX);
  lua_setfield(L, -2, "contextmax");
}
