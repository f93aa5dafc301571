#include "lua.h"
#include "lauxlib.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"
#include "host_calls.h"
#include "lib_host.h"
#include "lib_zone.h"
#include "libraries.h"
#include "values.h"

/* What JavaScript said about an hour in a zone. A zone with a longer name, or an hour in which it changes, is asked each time. */
typedef struct Hour {
  char zone[40];
  int64_t hour;
  int32_t offset;
  char name[8];
} Hour;

static Hour known[256];

static Hour *slotof (const char *zone, int64_t hour) {
  uint32_t hash = (uint32_t)hour * 0x9E3779B1u;
  for (; *zone != '\0'; zone++) hash = (hash ^ (uint8_t)*zone) * 0x01000193u;
  return &known[hash >> 24];
}

static int64_t hourof (int64_t seconds) {
  return seconds / 3600 - (seconds % 3600 < 0);
}

static void remember (Hour *h, const char *zone, int64_t hour, lua_Integer offset, const char *name) {
  if (strlen(zone) >= sizeof h->zone || strlen(name) >= sizeof h->name) return;
  *h = (Hour){ .hour = hour, .offset = (int32_t)offset };
  strcpy(h->zone, zone);
  strcpy(h->name, name);
}

/* "+7200 CEST", the zone that time.fixed_zone makes. */
static int fixed (lua_State *L, const char *zone) {
  char *name;
  lua_pushinteger(L, strtol(zone, &name, 10));
  lua_pushstring(L, *name == ' ' ? name + 1 : name);
  return 2;
}

/* Arguments: zone, seconds since 1970. Returns its seconds east of Greenwich then, and its short name. */
static int zone_at (lua_State *L) {
  const char *zone = luaL_checkstring(L, 1);
  int64_t seconds = luaL_checkinteger(L, 2), hour = hourof(seconds);
  Hour *h;
  lua_settop(L, 2);
  if (zone[0] == '+' || zone[0] == '-') return fixed(L, zone);
  if (strcmp(zone, "UTC") == 0) {
    lua_pushinteger(L, 0);
    lua_pushliteral(L, "UTC");
    return 2;
  }
  h = slotof(zone, hour);
  if (h->hour != hour || strcmp(h->zone, zone) != 0) {
    int isinteger;
    lua_Integer offset;
    host_call(L, "time.zone", 9, 1);
    if (lua_isnil(L, 3)) return luaL_error(L, "%s", luaL_tolstring(L, 4, NULL));
    lua_getfield(L, 3, "offset");
    lua_getfield(L, 3, "name");
    lua_getfield(L, 3, "steady");
    offset = lua_tointegerx(L, 5, &isinteger);
    if (lua_toboolean(L, 7)) remember(h, zone, hour, offset, luaL_checkstring(L, 6));
    lua_settop(L, 6);
    return 2;
  }
  lua_pushinteger(L, h->offset);
  lua_pushstring(L, h->name);
  return 2;
}

void time_pushnow (lua_State *L) {
  double ms = host_wall();
  int64_t seconds = (int64_t)(ms / 1000);
  lua_newuserdatauv(L, 0, 1);
  lua_createtable(L, 3, 0);
  lua_pushinteger(L, seconds);
  lua_rawseti(L, -2, 1);
  lua_pushinteger(L, (int64_t)((ms - (double)seconds * 1000) * 1e6));
  lua_rawseti(L, -2, 2);
  lua_pushliteral(L, "Local");
  lua_rawseti(L, -2, 3);
  lua_setiuservalue(L, -2, 1);
  heap_setkind(L, VALUE_TIME);
}

static int time_now (lua_State *L) {
  time_pushnow(L);
  return 1;
}

int native_zone (lua_State *L) {
  static const luaL_Reg functions[] = { { "zone", zone_at }, { "timenow", time_now }, { NULL, NULL } };
  luaL_setfuncs(L, functions, 0);
  return 0;
}
