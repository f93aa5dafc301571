/* What a process does to others, and how it is told of their end: links, monitors, terminate, cancel, options. */
#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "event.h"
#include "failure.h"
#include "host_calls.h"
#include "lib_process.h"
#include "options.h"
#include "remote.h"
#include "target.h"
#include "topology.h"

#define me  lane_running
#define NOTREGISTERED  "pid not registered, process not found"

static int done (lua_State *L) {
  lua_pushboolean(L, 1);
  return 1;
}

/* With the option ok_if_dead the end that one was too late for is told at once. */
static int isokifdead (lua_State *L) {
  int ok;
  if (lua_type(L, 2) != LUA_TTABLE) return 0;
  lua_getfield(L, 2, "ok_if_dead");
  ok = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return ok;
}

/* Nobody will ever be there: not a malformed PID, nor one of elsewhere. */
static int isnobody (lua_State *L) {
  size_t length;
  const char *text;
  PidText parsed;
  if (lua_type(L, 1) != LUA_TSTRING) return 0;
  text = lua_tolstring(L, 1, &length);
  return length > 0 && (text[0] != '{' || pid_parse(text, length, &parsed));
}

static int monitor (lua_State *L) {
  Target t;
  int returned = target_find(L, &t, NOTREGISTERED);
  if (returned > 0) {
    size_t length;
    const char *text;
    if (t.found != NOBODY || !isokifdead(L) || !isnobody(L)) return returned;
    text = lua_tolstring(L, 1, &length);
    event_noprocess(me, text, length);
  }
  else if (!(t.found == HERE ? topology_join(MONITOR, me, t.p) : remote_join(MONITOR, me, t.pid, t.length)))
    return failure(L, ALREADYEXISTS, "already monitored: %s", lua_tostring(L, 1));
  return done(L);
}

static int unmonitor (lua_State *L) {
  Target t;
  if (target_find(L, &t, NOTREGISTERED) > 0) return done(L);
  if (t.found == HERE) topology_part(MONITOR, me, t.p);
  else remote_part(MONITOR, me, t.pid, t.length);
  return done(L);
}

static int link (lua_State *L) {
  Target t;
  int returned = target_find(L, &t, NOTREGISTERED);
  if (returned > 0) return returned;
  if (t.found == ELSEWHERE) remote_join(LINK, me, t.pid, t.length);
  else if (t.p != me) topology_link(me, t.p);
  return done(L);
}

static int unlink (lua_State *L) {
  Target t;
  if (target_find(L, &t, NOTREGISTERED) > 0) return done(L);
  if (t.found == HERE) topology_unlink(me, t.p);
  else remote_part(LINK, me, t.pid, t.length);
  return done(L);
}

static int terminate (lua_State *L) {
  Target t;
  int returned = target_find(L, &t, "process not found");
  if (returned > 0) return returned;
  if (t.found == HERE) process_end(t.p, "process terminated");
  else remote_terminate(me, t.pid, t.length);
  return done(L);
}

/* Arguments: destination, milliseconds until the deadline, reason, whether the deadline is enforced. */
static int cancel (lua_State *L) {
  Target t;
  size_t length;
  double delay = luaL_checknumber(L, 2);
  const char *reason = luaL_checklstring(L, 3, &length);
  int returned = target_find(L, &t, "process not found");
  if (returned > 0) return returned;
  if (t.found == ELSEWHERE) {
    remote_cancel(me, t.pid, t.length, delay, reason, length, lua_toboolean(L, 4));
    return done(L);
  }
  if (!event_cancel(t.p, me->pid, (host_wall() + delay) / 1000, reason, length))
    return failure_retryable(L, UNAVAILABLE, "the process has too many unread events: %s", lua_tostring(L, 1));
  if (lua_toboolean(L, 4)) process_endafter(t.p, delay, "cancel deadline exceeded");
  return done(L);
}

static int getoptions (lua_State *L) {
  options_push(L, me);
  return 1;
}

static int setoptions (lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  options_read(me, L, 1);
  return done(L);
}

void relations_open (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "monitor", monitor }, { "unmonitor", unmonitor }, { "link", link }, { "unlink", unlink },
    { "terminate", terminate }, { "get_options", getoptions }, { NULL, NULL }
  };
  luaL_setfuncs(L, functions, 0);
}

void relations_natives (lua_State *L) {
  static const luaL_Reg functions[] = { { "cancel", cancel }, { "set_options", setoptions }, { NULL, NULL } };
  luaL_setfuncs(L, functions, 0);
}
