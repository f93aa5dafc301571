#include "options.h"

#include <stddef.h>
#include <string.h>

#include "mailbox.h"

static const struct {
  const char *name;
  size_t at;
} switches[] = {
  { "trap_links", offsetof(Process, traplinks) }, { "link_events", offsetof(Process, linkevents) },
  { "upgradable", offsetof(Process, upgradable) }
};

#define SWITCHES  (sizeof switches / sizeof *switches)

static const char *const whenfull[] = { [FULL_REFUSE] = "refuse", [FULL_WAIT] = "wait", [FULL_DROPOLDEST] = "drop_oldest" };

void options_read (Process *p, lua_State *L, int index) {
  for (size_t i = 0; i < SWITCHES; i++) {
    if (lua_getfield(L, index, switches[i].name) == LUA_TBOOLEAN) ((uint8_t *)p)[switches[i].at] = (uint8_t)lua_toboolean(L, -1);
    lua_pop(L, 1);
  }
  if (lua_getfield(L, index, "when_full") == LUA_TSTRING) {
    for (uint8_t i = FULL_REFUSE; i <= FULL_DROPOLDEST; i++)
      if (strcmp(lua_tostring(L, -1), whenfull[i]) == 0) p->whenfull = i;
  }
  lua_pop(L, 1);
}

void options_push (lua_State *L, const Process *p) {
  lua_createtable(L, 0, SWITCHES + 1);
  for (size_t i = 0; i < SWITCHES; i++) {
    lua_pushboolean(L, ((const uint8_t *)p)[switches[i].at]);
    lua_setfield(L, -2, switches[i].name);
  }
  lua_pushstring(L, whenfull[p->whenfull]);
  lua_setfield(L, -2, "when_full");
}
