/* The table 'process' of seed 001, as far as it needs the host. What can be written in Lua stands in prelude/process.lua. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "ldo.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "channel.h"
#include "entry.h"
#include "event.h"
#include "failure.h"
#include "host_calls.h"
#include "lane.h"
#include "libraries.h"
#include "outbox.h"
#include "remote.h"
#include "spawn.h"
#include "topology.h"

/* one message may be as large as this, unless its receiver takes less */
#define MESSAGEMAX  ((size_t)16 << 20)

#define me  lane_running

/* {====================================================== who is meant */

typedef enum Found { NOBODY, HERE, ELSEWHERE } Found;

typedef struct Target {
  Found found;
  Process *p;  /* HERE */
  const char *pid;  /* ELSEWHERE: the text */
  size_t length;
} Target;

static Found parsetarget (Target *t, const char *text, size_t length) {
  PidText parsed;
  if (!pid_parse(text, length, &parsed)) return NOBODY;
  t->p = process_find(parsed.number);
  if (t->p != NULL && pid_isat(&parsed, t->p->pid.place)) return t->found = HERE;
  t->pid = text;
  t->length = length;
  return t->found = pid_iselsewhere(&parsed) ? ELSEWHERE : NOBODY;
}

/*
** Finds the process that argument 1 means, a PID or a name. 0, or what to
** return: nil and an error.
*/
static int target (lua_State *L, Target *t) {
  static char named[PIDMAX];
  size_t length;
  const char *text;
  int namedlength;
  t->found = NOBODY;
  if (lua_type(L, 1) != LUA_TSTRING) return failure(L, INVALID, "a PID or a name is expected, got %s", luaL_typename(L, 1));
  text = lua_tolstring(L, 1, &length);
  if (parsetarget(t, text, length) != NOBODY) return 0;
  if (length > 0 && text[0] == '{') {
    PidText parsed;
    if (!pid_parse(text, length, &parsed)) return failure(L, INVALID, "malformed PID: %s", text);
    return failure(L, NOTFOUND, "process not found: %s", text);
  }
  namedlength = host_name_lookup(text, length, named, sizeof named);
  if (namedlength < 0) return failure(L, NOTFOUND, "could not resolve name: %s", text);
  if (parsetarget(t, named, (size_t)namedlength) != NOBODY) return 0;
  return failure(L, NOTFOUND, "process not found: %s", text);
}

/* The same for what only works within a lane. */
static int localtarget (lua_State *L, Target *t) {
  int returned = target(L, t);
  if (returned == 0 && t->found == ELSEWHERE)
    return failure(L, UNAVAILABLE, "process is not on this lane: %s", lua_tostring(L, 1));
  return returned;
}

/* }====================================================== */

static int pid (lua_State *L) {
  pid_push(L, me->pid);
  return 1;
}

static int id (lua_State *L) {
  lua_pushlstring(L, me->entry->id, me->entry->idlength);
  return 1;
}

/* {====================================================== send */

static int sendvalue (lua_State *L, const Target *t, int index, const char *topic, size_t length) {
  Writer *w = &values_writer;
  Message *m;
  writer_reset(w);
  if (t->found == ELSEWHERE) {
    Writer *out;
    write_value(w, L, index, PORTABLE, MESSAGEMAX);
    out = outbox_begin(RECORD_MESSAGE);
    outbox_text(out, t->pid, t->length);
    outbox_pid(out, me->pid);
    outbox_text(out, topic, length);
    writer_bytes(out, w->bytes, w->length);
    outbox_end(out);
    return 0;
  }
  write_value(w, L, index, t->p->code == me->code ? SAMECODE : LANE, MESSAGEMAX);
  if (mailbox_isfull(t->p, w->length))
    return failure_retryable(L, UNAVAILABLE, "the mailbox of the process is full: %s", lua_tostring(L, 1));
  m = message_new(me->pid, topic, length, w->bytes, w->length);
  if (m == NULL) return failure_retryable(L, UNAVAILABLE, "not enough memory for the message");
  mailbox_deliver(t->p, m);
  return 0;
}

/* Each value is a message of its own (seed 001). */
static int process_send (lua_State *L) {
  Target t;
  size_t length;
  const char *topic;
  int last = lua_gettop(L), returned;
  if (last < 2) return failure(L, INVALID, "a destination and a topic are expected");
  if (lua_type(L, 2) != LUA_TSTRING) return failure(L, INVALID, "a topic is expected, got %s", luaL_typename(L, 2));
  topic = lua_tolstring(L, 2, &length);
  if (length == 0 || length > 1024) return failure(L, INVALID, "a topic has 1 to 1024 bytes");
  if (topic[0] == '@') return failure(L, INVALID, "cannot send to @ topics");
  returned = target(L, &t);
  for (int i = 3; i <= last && returned == 0; i++) returned = sendvalue(L, &t, i, topic, length);
  if (returned > 0) return returned;
  lua_pushboolean(L, 1);
  return 1;
}

/* }====================================================== */

static int listen (lua_State *L) {
  size_t length;
  const char *topic = luaL_checklstring(L, 1, &length);
  int asmessage = 0;
  if (length == 0 || length > 1024) return luaL_argerror(L, 1, "a topic has 1 to 1024 bytes");
  if (topic[0] == '@') return luaL_argerror(L, 1, "cannot listen to @ topics");
  if (lua_istable(L, 2)) {
    lua_getfield(L, 2, "message");
    asmessage = lua_toboolean(L, -1);
  }
  channel_topic(L, topic, length, asmessage);
  return 1;
}

static int inbox (lua_State *L) {
  channel_inbox(L);
  return 1;
}

static int events (lua_State *L) {
  channel_events(L);
  return 1;
}

static int unlisten (lua_State *L) {
  if (channel_unlisten(L, 1)) {
    lua_pushboolean(L, 1);
    return 1;
  }
  lua_pushboolean(L, 0);
  failure(L, INVALID, "not a channel of process.listen");
  lua_remove(L, -2);
  return 2;
}

/* {====================================================== spawn */

static int spawnwith (lua_State *L, int relations) {
  SpawnRequest request = { .relations = relations, .arguments = 3, .last = lua_gettop(L) };
  if (lua_type(L, 1) != LUA_TSTRING) return failure(L, INVALID, "an entry is expected, got %s", luaL_typename(L, 1));
  if (lua_type(L, 2) != LUA_TSTRING) return failure(L, INVALID, "a host is expected, got %s", luaL_typename(L, 2));
  request.entry = lua_tolstring(L, 1, &request.entrylength);
  request.host = lua_tolstring(L, 2, &request.hostlength);
  return spawn_from(L, &request);
}

static int spawn (lua_State *L) { return spawnwith(L, 0); }
static int spawn_monitored (lua_State *L) { return spawnwith(L, SPAWN_MONITORED); }
static int spawn_linked (lua_State *L) { return spawnwith(L, SPAWN_LINKED); }
static int spawn_linked_monitored (lua_State *L) { return spawnwith(L, SPAWN_MONITORED | SPAWN_LINKED); }

/* }====================================================== */

/* {====================================================== relations */

static int monitor (lua_State *L) {
  Target t;
  int returned = target(L, &t);
  if (returned > 0) return returned;
  if (!(t.found == HERE ? topology_join(MONITOR, me, t.p) : remote_join(MONITOR, me, t.pid, t.length))) return failure(L, ALREADYEXISTS, "already monitored: %s", lua_tostring(L, 1));
  lua_pushboolean(L, 1);
  return 1;
}

static int unmonitor (lua_State *L) {
  Target t;
  if (target(L, &t) > 0) ;
  else if (t.found == HERE) topology_part(MONITOR, me, t.p);
  else remote_part(MONITOR, me, t.pid, t.length);
  lua_pushboolean(L, 1);
  return 1;
}

static int link (lua_State *L) {
  Target t;
  int returned = target(L, &t);
  if (returned > 0) return returned;
  if (t.found == ELSEWHERE) remote_join(LINK, me, t.pid, t.length);
  else if (t.p != me) topology_join(LINK, me, t.p);
  lua_pushboolean(L, 1);
  return 1;
}

static int unlink (lua_State *L) {
  Target t;
  if (target(L, &t) > 0) ;
  else if (t.found == HERE) topology_part(LINK, me, t.p);
  else remote_part(LINK, me, t.pid, t.length);
  lua_pushboolean(L, 1);
  return 1;
}

static int terminate (lua_State *L) {
  Target t;
  int returned = target(L, &t);
  if (returned > 0) return returned;
  if (t.found == HERE) process_end(t.p, "process terminated");
  else remote_terminate(me, t.pid, t.length);
  lua_pushboolean(L, 1);
  return 1;
}

/* Arguments: destination, milliseconds until the deadline, reason, whether the deadline is enforced. */
static int cancel (lua_State *L) {
  Target t;
  size_t length;
  double delay = luaL_checknumber(L, 2);
  const char *reason = luaL_checklstring(L, 3, &length);
  int returned = target(L, &t);
  if (returned > 0) return returned;
  if (t.found == ELSEWHERE) {
    remote_cancel(me, t.pid, t.length, delay, reason, length, lua_toboolean(L, 4));
    lua_pushboolean(L, 1);
    return 1;
  }
  event_cancel(t.p, me->pid, (host_wall() + delay) / 1000, reason, length);
  if (lua_toboolean(L, 4)) process_endafter(t.p, delay, "cancel deadline exceeded");
  lua_pushboolean(L, 1);
  return 1;
}

static int traplinks (lua_State *L) {
  if (!lua_isnone(L, 1)) me->traplinks = (uint8_t)lua_toboolean(L, 1);
  lua_pushboolean(L, me->traplinks);
  return 1;
}

/* }====================================================== */

/* {====================================================== names */

static const char *checkname (lua_State *L, size_t *length) {
  const char *name = luaL_checklstring(L, 1, length);
  luaL_argcheck(L, *length > 0 && *length <= 255 && name[0] != '{', 1, "a name has 1 to 255 bytes and does not begin with {");
  return name;
}

static int name_register (lua_State *L) {
  char text[PIDMAX];
  size_t length;
  const char *name = checkname(L, &length);
  Process *p = me;
  if (!lua_isnoneornil(L, 2)) {
    Target t;
    PidText parsed;
    size_t pidlength;
    const char *given = luaL_checklstring(L, 2, &pidlength);
    if (!pid_parse(given, pidlength, &parsed)) return failure(L, INVALID, "malformed PID: %s", given);
    lua_pushvalue(L, 2);
    lua_replace(L, 1);
    if (localtarget(L, &t) > 0) return 2;
    p = t.p;
  }
  switch (host_name_register(name, length, text, pid_write(text, p->pid))) {
    case 1: return failure(L, ALREADYEXISTS, "name already registered: %s", name);
    case 2: return failure_retryable(L, LIMITEXCEEDED, "too many names are registered");
  }
  p->hasnames = 1;
  lua_pushboolean(L, 1);
  return 1;
}

static int name_lookup (lua_State *L) {
  char text[PIDMAX];
  size_t length;
  const char *name = checkname(L, &length);
  int found = host_name_lookup(name, length, text, sizeof text);
  if (found < 0) return failure(L, NOTFOUND, "name not registered: %s", name);
  lua_pushlstring(L, text, (size_t)found);
  return 1;
}

static int name_unregister (lua_State *L) {
  char text[PIDMAX];
  size_t length;
  const char *name = checkname(L, &length);
  int done = host_name_unregister(name, length, text, pid_write(text, me->pid));
  if (done == 2) {
    lua_pushboolean(L, 0);
    failure(L, PERMISSIONDENIED, "name belongs to another process: %s", name);
    lua_remove(L, -2);
    return 2;
  }
  lua_pushboolean(L, done == 0);
  return 1;
}

/* }====================================================== */

int library_process (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "pid", pid }, { "id", id }, { "send", process_send }, { "listen", listen }, { "inbox", inbox },
    { "events", events }, { "unlisten", unlisten }, { "spawn", spawn }, { "spawn_monitored", spawn_monitored },
    { "spawn_linked", spawn_linked }, { "spawn_linked_monitored", spawn_linked_monitored },
    { "monitor", monitor }, { "unmonitor", unmonitor }, { "link", link }, { "unlink", unlink },
    { "terminate", terminate }, { NULL, NULL }
  };
  luaL_newlib(L, functions);
  return 1;
}

/* What only the prelude calls. */
int native_process (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "cancel", cancel }, { "traplinks", traplinks }, { "name_register", name_register },
    { "name_lookup", name_lookup }, { "name_unregister", name_unregister }, { NULL, NULL }
  };
  luaL_setfuncs(L, functions, 0);
  return 0;
}
