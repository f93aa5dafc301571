/* The table 'process' of seed 001, as far as it needs the host. What can be written in Lua stands in prelude/process.lua. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"

#include <string.h>

#include "channel.h"
#include "entry.h"
#include "failure.h"
#include "lane.h"
#include "lib_process.h"
#include "libraries.h"
#include "names.h"
#include "outbox.h"
#include "target.h"
#include "values.h"
#include "wait.h"

/* one message may be as large as this, unless its receiver takes less */
#define MESSAGEMAX  ((size_t)16 << 20)

#define me  lane_running

/* in Wait.fired, which a wait for room does not use otherwise */
#define BATCH  (-2)

static int pid (lua_State *L) {
  pid_push(L, me->pid);
  return 1;
}

static int id (lua_State *L) {
  lua_pushlstring(L, me->entry->id, me->entry->idlength);
  return 1;
}

/* {====================================================== send */

typedef enum Sent { SENT, FULL, NOMEMORY } Sent;

static void sendelsewhere (lua_State *L, const Target *t, int index, const char *topic, size_t length) {
  Writer *w = &values_writer, *out;
  write_value(w, L, index, PORTABLE, MESSAGEMAX);
  out = outbox_begin(RECORD_MESSAGE);
  outbox_text(out, t->pid, t->length);
  outbox_pid(out, me->pid);
  outbox_text(out, topic, length);
  writer_bytes(out, w->bytes, w->length);
  outbox_end(out);
}

/* 'mayovertake': it need not stand behind others that wait for room. */
static Sent sendhere (lua_State *L, Process *p, int index, const char *topic, size_t length, int batch, int mayovertake) {
  Writer *w = &values_writer;
  Message *m;
  write_value(w, L, index, p->code == me->code ? SAMECODE : LANE, MESSAGEMAX);
  if (p->whenfull == FULL_DROPOLDEST) mailbox_makeroom(p, topic, length, w->length);
  if (mailbox_refuses(p, topic, length, w->length) || (p->mailbox.senders.first != NULL && !mayovertake)) return FULL;
  m = message_new(me->pid, topic, length, w->bytes, w->length);
  if (m == NULL) return NOMEMORY;
  m->batch = (uint64_t)batch;
  mailbox_deliver(p, m);
  return SENT;
}

/* May the running coroutine wait until there is room for the value that was just written? */
static int maywait (lua_State *L, const Process *p) {
  int isfull = p->mailbox.senders.first != NULL || mailbox_isfull(p, values_writer.length);
  return p->whenfull == FULL_WAIT && p != me && isfull && !mailbox_istoosmall(p, values_writer.length) && luaN_stoppable(L);
}

static int sendfrom (lua_State *L, int index, int isbatch, int mayovertake);

/* There may be room now. The context is the index of the value that waited. */
static int sendk (lua_State *L, int status, lua_KContext ctx) {
  Wait *wait = (Wait *)ctx;
  int index = wait->values, isbatch = wait->fired == BATCH;
  (void)status;
  wait_free(wait);
  me->awaited--;
  return sendfrom(L, index, isbatch, 1);
}

static int waitforroom (lua_State *L, Process *p, int index, int isbatch, int infront) {
  Wait *wait = wait_new(L, 1);
  wait->values = index;
  if (isbatch) wait->fired = BATCH;
  if (infront) wait_first(wait, 0, &p->mailbox.senders);
  else wait_for(wait, 0, &p->mailbox.senders);
  me->awaited++;
  return wait_park(L, wait, sendk);
}

/* Sends the values from 'index' to the top of the stack, each as a message of its own. Destination and topic are arguments 1 and 2. */
static int sendfrom (lua_State *L, int index, int isbatch, int mayovertake) {
  Target t;
  size_t length;
  const char *topic = lua_tolstring(L, 2, &length);
  int last = lua_gettop(L), returned = target_find(L, &t, "process not found");
  if (returned > 0) return returned;
  if (t.found == HERE && t.p->doom != NULL) return failure(L, NOTFOUND, "process not found, it is closed: %s", lua_tostring(L, 1));
  for (; index <= last; index++) {
    writer_reset(&values_writer);
    if (t.found == ELSEWHERE) sendelsewhere(L, &t, index, topic, length);
    else switch (sendhere(L, t.p, index, topic, length, isbatch, mayovertake)) {
      case SENT: break;
      case FULL:
        if (maywait(L, t.p)) return waitforroom(L, t.p, index, isbatch, mayovertake);
        return failure_retryable(L, UNAVAILABLE, "the mailbox of the process is full: %s", lua_tostring(L, 1));
      case NOMEMORY: return failure_retryable(L, UNAVAILABLE, "not enough memory for the message");
    }
  }
  lua_pushboolean(L, 1);
  return 1;
}

/* In place of several values, or none, one list of them: they are one message. */
static void batch (lua_State *L, int last) {
  lua_createtable(L, last - 2, 0);
  for (int i = 3; i <= last; i++) {
    lua_pushvalue(L, i);
    lua_rawseti(L, -2, i - 2);
  }
  lua_replace(L, 3);
  lua_settop(L, 3);
}

static int process_send (lua_State *L) {
  int last = lua_gettop(L), isbatch = 0;
  size_t length;
  const char *topic;
  if (last < 2) return failure(L, INVALID, "a destination and a topic are expected");
  if (lua_type(L, 2) != LUA_TSTRING) return failure(L, INVALID, "a topic is expected, got %s", luaL_typename(L, 2));
  topic = lua_tolstring(L, 2, &length);
  if (length == 0 || length > 1024) return failure(L, INVALID, "a topic has 1 to 1024 bytes");
  if (topic[0] == '@') return failure(L, INVALID, "cannot send to @ topics");
  if (me->host->batch) {
    if (last == 2) lua_pushnil(L);
    else if ((isbatch = last > 3)) batch(L, last);
  }
  return sendfrom(L, 3, isbatch, 0);
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

int library_process (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "pid", pid }, { "id", id }, { "send", process_send }, { "listen", listen }, { "inbox", inbox },
    { "events", events }, { "unlisten", unlisten }, { NULL, NULL }
  };
  luaL_newlib(L, functions);
  relations_open(L);
  spawning_open(L);
  lua_newtable(L);
  names_open(L);
  lua_setfield(L, -2, "registry");
  return 1;
}

int native_process (lua_State *L) {
  relations_natives(L);
  spawning_natives(L);
  return 0;
}
