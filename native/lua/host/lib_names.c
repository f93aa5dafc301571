/* process.registry of seed 001. */
#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "failure.h"
#include "host_calls.h"
#include "names.h"
#include "target.h"

/* names of one process */
#define MAXNAMES  1000

#define me  lane_running

NameAnswer names_register (Process *p, const char *name, size_t length) {
  char text[PIDMAX], owner[PIDMAX];
  size_t textlength = pid_write(text, p->pid);
  int found = host_name_lookup(name, length, owner, sizeof owner);
  if (found >= 0 && (size_t)found == textlength && memcmp(owner, text, textlength) == 0) return NAME_DONE;
  if (p->names >= MAXNAMES) return NAME_TOOMANY;
  switch (host_name_register(name, length, text, textlength)) {
    case 1: return NAME_TAKEN;
    case 2: return NAME_NOROOM;
  }
  p->names++;
  return NAME_DONE;
}

void names_release (Process *p) {
  char text[PIDMAX];
  if (p->names == 0) return;
  host_names_release(text, pid_write(text, p->pid));
  p->names = 0;
}

/* 0, or what to return: nil and an error. */
static int checkname (lua_State *L, const char **name, size_t *length) {
  if (lua_type(L, 1) != LUA_TSTRING) return failure(L, INVALID, "a name is expected, got %s", luaL_typename(L, 1));
  *name = lua_tolstring(L, 1, length);
  if (*length == 0 || *length > 255 || **name == '{')
    return failure(L, INVALID, "a name has 1 to 255 bytes and does not begin with {");
  return 0;
}

/* Only LOCAL, which is 0, means something in one runtime. */
static int checkscope (lua_State *L, int index) {
  if (lua_isnoneornil(L, index) || (lua_isinteger(L, index) && lua_tointeger(L, index) == 0)) return 0;
  return failure(L, UNAVAILABLE, "names of a cluster need a cluster: only the scope LOCAL is here");
}

static int name_register (lua_State *L) {
  size_t length;
  const char *name;
  Process *p = me;
  int returned = checkname(L, &name, &length);
  if (returned == 0) returned = checkscope(L, 3);
  if (returned > 0) return returned;
  if (!lua_isnoneornil(L, 2)) {
    Target t;
    lua_pushvalue(L, 1);
    lua_insert(L, 3);  /* the name stays on the stack */
    lua_pushvalue(L, 2);
    lua_replace(L, 1);
    if (lua_type(L, 1) != LUA_TSTRING || lua_tostring(L, 1)[0] != '{')
      return failure(L, INVALID, "malformed PID: %s", luaL_tolstring(L, 1, NULL));
    returned = target_here(L, &t, "process not found");
    if (returned > 0) return returned;
    p = t.p;
  }
  switch (names_register(p, name, length)) {
    case NAME_TAKEN: return failure(L, ALREADYEXISTS, "name already registered: %s", name);
    case NAME_NOROOM: return failure_retryable(L, LIMITEXCEEDED, "too many names are registered");
    case NAME_TOOMANY: return failure(L, LIMITEXCEEDED, "a process has %d names at most", MAXNAMES);
    default: lua_pushboolean(L, 1); return 1;
  }
}

static int name_lookup (lua_State *L) {
  char text[PIDMAX];
  size_t length;
  const char *name;
  int found, returned = checkname(L, &name, &length);
  if (returned == 0) returned = checkscope(L, 2);
  if (returned > 0) return returned;
  found = host_name_lookup(name, length, text, sizeof text);
  if (found < 0) return failure(L, NOTFOUND, "name not registered: %s", name);
  lua_pushlstring(L, text, (size_t)found);
  return 1;
}

static int name_unregister (lua_State *L) {
  char text[PIDMAX];
  size_t length;
  const char *name;
  int done, returned = checkname(L, &name, &length);
  if (returned == 0) returned = checkscope(L, 2);
  if (returned > 0) return returned;
  done = host_name_unregister(name, length, text, pid_write(text, me->pid));
  lua_pushboolean(L, done == 0);
  if (done == 0 && me->names > 0) me->names--;
  if (done != 2) return 1;
  failure(L, PERMISSIONDENIED, "name belongs to another process: %s", name);
  lua_remove(L, -2);
  return 2;
}

void names_open (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "register", name_register }, { "lookup", name_lookup }, { "unregister", name_unregister }, { NULL, NULL }
  };
  static const char *const scopes[] = { "LOCAL", "EVENTUAL", "CONSISTENT", "STRONG" };
  luaL_setfuncs(L, functions, 0);
  for (int i = 0; i < 4; i++) {
    lua_pushinteger(L, i);
    lua_setfield(L, -2, scopes[i]);
  }
}
