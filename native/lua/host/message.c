/* The messages that a program sees, and how it gets them from a channel. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lapi.h"
#include "lgc.h"
#include "lobject.h"
#include "lstate.h"

#include "channel_parts.h"
#include "heap.h"
#include "values.h"

/* The memory of a message's userdata. Its user values: topic, value. */
typedef struct MessageObject {
  Pid from;
  int batch;  /* the value is a list of values */
} MessageObject;

static Table *messagemeta;

static void pushmessage (lua_State *L, const Message *m) {
  MessageObject *object = newobject(L, sizeof(MessageObject), 2, messagemeta);
  object->from = m->from;
  object->batch = m->batch;
  lua_pushlstring(L, m->text, m->topiclength);
  lua_setiuservalue(L, -2, 1);
  read_value(L, m->text + m->topiclength);
  lua_setiuservalue(L, -2, 2);
}

static void forgetresult (lua_State *L, Channel *c) {
  Channel **at = &lane_running->mailbox.results;
  while (*at != c) at = &(*at)->next;
  *at = c->next;
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, c);
}

void takemessage (lua_State *L, Channel *c) {
  Message *m = c->letters.first;
  luaL_checkstack(L, 8, NULL);
  if (c->asmessage) pushmessage(L, m);
  else read_value(L, message_value(m));
  c->letters.first = m->next;  /* only now: making the value may have failed */
  if (c->letters.first == NULL) c->letters.last = NULL;
  if (c->kind == EVENTS) mailbox_readevent(lane_running, m);
  else if (c->kind == RESULT) forgetresult(L, c);
  else mailbox_read(lane_running, m);
  message_free(m);
  luaC_checkGC(L);
}

static MessageObject *checkmessage (lua_State *L) {
  const TValue *o = s2v(L->ci->func + 1);
  if (lua_gettop(L) < 1 || ttypetag(o) != LUA_VUSERDATA || uvalue(o)->metatable != messagemeta)
    luaL_typeerror(L, 1, "message");
  return (MessageObject *)getudatamem(uvalue(o));
}

static int topic (lua_State *L) {
  checkmessage(L);
  lua_getiuservalue(L, 1, 1);
  return 1;
}

static int from (lua_State *L) {
  MessageObject *object = checkmessage(L);
  if (object->from.place == NULL) lua_pushnil(L);
  else pid_push(L, object->from);
  return 1;
}

/* Makes the value on top of the stack a payload, unless it is one. */
static void wrap (lua_State *L) {
  if (lua_type(L, -1) == LUA_TUSERDATA && heap_kindof(uvalue(s2v(L->top - 1))) == VALUE_PAYLOAD) return;
  lua_createtable(L, 0, 2);
  lua_insert(L, -2);
  lua_setfield(L, -2, "data");
  lua_pushliteral(L, "lua/any");
  lua_setfield(L, -2, "format");
  lua_newuserdatauv(L, 0, 1);
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, 1);
  heap_setkind(L, VALUE_PAYLOAD);
}

static int payload (lua_State *L) {
  MessageObject *object = checkmessage(L);
  lua_getiuservalue(L, 1, 2);
  if (!object->batch) wrap(L);
  else {
    int count = (int)lua_rawlen(L, 2);
    lua_createtable(L, count, 0);
    for (int i = 1; i <= count; i++) {
      lua_rawgeti(L, 2, i);
      wrap(L);
      lua_rawseti(L, 3, i);
    }
  }
  return 1;
}

void message_open (lua_State *L) {
  static const luaL_Reg methods[] = { { "topic", topic }, { "from", from }, { "payload", payload }, { NULL, NULL } };
  messagemeta = makemeta(L, "message", methods);
  lua_pop(L, 1);
}
