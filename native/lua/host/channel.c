/* Channels, see channel.h: what they are, receive, send and close. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lapi.h"
#include "lgc.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "channel_parts.h"
#include "lane.h"
#include "lib_zone.h"

static Table *channelmeta, *timermeta;

/* {====================================================== what a channel is */

Channel *tochannel (lua_State *L, int index) {
  const TValue *o = index < 0 ? s2v(L->top + index) : s2v(L->ci->func + index);
  if (index > 0 && L->ci->func + index >= L->top) return NULL;
  if (ttypetag(o) != LUA_VUSERDATA) return NULL;
  if (uvalue(o)->metatable != channelmeta && uvalue(o)->metatable != timermeta) return NULL;
  return (Channel *)getudatamem(uvalue(o));
}

Channel *checkchannel (lua_State *L, int index) {
  Channel *c = tochannel(L, index);
  if (c == NULL) luaL_typeerror(L, index, "channel");
  return c;
}

void *newobject (lua_State *L, size_t size, int uservalues, Table *meta) {
  void *memory = lua_newuserdatauv(L, size, uservalues);
  uvalue(s2v(L->top - 1))->metatable = meta;
  memset(memory, 0, size);
  return memory;
}

Channel *newchannel (lua_State *L, ChannelKind kind) {
  Channel *c = newobject(L, sizeof(Channel), 2, channelmeta);
  c->kind = (uint8_t)kind;
  return c;
}

/* }====================================================== */

/* {====================================================== timers */

static void ticked (void *owner) {
  Channel *c = owner;
  c->ticked = 1;
  if (!timer_isperiodic(c->timer)) c->timer = NULL;
  wait_wakefirst(&c->receivers);
}

void channel_timer (lua_State *L, double delayms, double periodms) {
  Channel *c = newchannel(L, TIMER);
  Udata *u = uvalue(s2v(L->top - 1));
  u->metatable = timermeta;
  luaC_checkfinalizer(L, obj2gco(u), timermeta);
  c->timer = timer_start(lane_running, delayms, periodms, ticked, c);
  if (c->timer == NULL) luaL_error(L, "not enough memory");
}

int channel_stoptimer (lua_State *L, int index) {
  Channel *c = tochannel(L, index);
  int running = c != NULL && c->timer != NULL;
  if (running) timer_stop(c->timer);
  if (c != NULL) c->timer = NULL;
  return running;
}

int channel_restarttimer (lua_State *L, int index, double delayms) {
  Channel *c = tochannel(L, index);
  int running = channel_stoptimer(L, index);
  c->ticked = 0;
  c->timer = timer_start(lane_running, delayms, 0, ticked, c);
  if (c->timer == NULL) luaL_error(L, "not enough memory");
  return running;
}

/* nobody can receive from it any more */
static int timer_collected (lua_State *L) {
  channel_stoptimer(L, 1);
  return 0;
}

/* }====================================================== */

/* {====================================================== receive */

/* Moves a value from the stack of a sender that waits to that of L. */
static void takesent (lua_State *L, Waiter *w) {
  lua_State *from = w->wait->L;
  if (w->wait->values == 0) lua_pushvalue(from, 2);  /* channel:send(value) */
  else lua_getiuservalue(from, w->wait->values + (int)(w - w->wait->waiters), 2);  /* a case of select{...} */
  if (from != L) lua_xmove(from, L, 1);
  wait_fire(w);
}

static void pushbuffered (lua_State *L, Channel *c, int index) {
  lua_getiuservalue(L, index, 1);
  lua_rawgeti(L, -1, c->begin);
  lua_pushnil(L);
  lua_rawseti(L, -3, c->begin);
  lua_remove(L, -2);
  c->begin++;
}

static void buffer (lua_State *L, Channel *c, int index) {  /* the value is on top */
  if (lua_getiuservalue(L, index, 1) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, 1);
  }
  lua_insert(L, -2);
  lua_rawseti(L, -2, c->end++);
  lua_pop(L, 1);
}

int tryreceive (lua_State *L, Channel *c, int index) {
  if (c->kind == TIMER) {
    if (!c->ticked) return 0;
    c->ticked = 0;
    time_pushnow(L);
  }
  else if (c->kind != PLAIN && c->letters.first != NULL) takemessage(L, c);
  else if (c->kind == PLAIN && c->begin < c->end) {
    pushbuffered(L, c, index);
    if (c->senders.first != NULL) {
      takesent(L, c->senders.first);
      buffer(L, c, index);
    }
  }
  else if (c->senders.first != NULL) takesent(L, c->senders.first);
  else if (c->closed) {
    lua_pushnil(L);
    lua_pushboolean(L, 0);
    return 1;
  }
  else return 0;
  lua_pushboolean(L, 1);
  return 1;
}

static int receive (lua_State *L);

static int receivek (lua_State *L, int status, lua_KContext ctx) {
  Wait *wait = (Wait *)ctx;
  int fired = wait->fired;
  (void)status;
  wait_free(wait);
  return fired >= 0 ? 2 : receive(L);
}

static int receive (lua_State *L) {
  Channel *c = checkchannel(L, 1);
  Wait *wait;
  if (tryreceive(L, c, 1)) return 2;
  wait_check(L);
  wait = wait_new(L, 1);
  wait_for(wait, 0, &c->receivers);
  return wait_park(L, wait, receivek);
}

/* }====================================================== */

/* {====================================================== send and close */

int refuseclosed (lua_State *L) {
  return luaL_error(L, "send on closed channel");
}

int trysend (lua_State *L, Channel *c, int index) {
  if (c->kind != PLAIN) luaL_error(L, "cannot send on a channel owned by the process");
  if (c->closed) refuseclosed(L);
  if (c->receivers.first != NULL) {
    Waiter *w = c->receivers.first;
    lua_State *to = w->wait->L;
    if (to != L) lua_xmove(L, to, 1);
    lua_pushboolean(to, 1);
    wait_fire(w);
    return 1;
  }
  if (c->end - c->begin >= c->capacity) return 0;
  buffer(L, c, index);
  return 1;
}

static int sendk (lua_State *L, int status, lua_KContext ctx) {
  Wait *wait = (Wait *)ctx;
  int broken = wait->broken;
  (void)status;
  wait_free(wait);
  if (broken) return refuseclosed(L);
  lua_pushboolean(L, 1);
  return 1;
}

static int send (lua_State *L) {
  Channel *c = checkchannel(L, 1);
  Wait *wait;
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (trysend(L, c, 1)) {
    lua_pushboolean(L, 1);
    return 1;
  }
  wait_check(L);
  lua_settop(L, 2);
  wait = wait_new(L, 1);
  wait_for(wait, 0, &c->senders);
  return wait_park(L, wait, sendk);
}

static int closechannel (lua_State *L) {
  Channel *c = checkchannel(L, 1);
  if (c->kind != PLAIN) return luaL_error(L, "cannot close a channel owned by the process");
  c->closed = 1;
  while (c->receivers.first != NULL) {
    lua_State *to = c->receivers.first->wait->L;
    lua_pushnil(to);
    lua_pushboolean(to, 0);
    wait_fire(c->receivers.first);
  }
  while (c->senders.first != NULL) {
    c->senders.first->wait->broken = 1;
    wait_fire(c->senders.first);
  }
  return 0;
}

/* }====================================================== */

static int newplain (lua_State *L) {
  lua_Integer capacity = luaL_optinteger(L, 1, 0);
  Channel *c = newchannel(L, PLAIN);
  c->capacity = capacity < 0 ? 0 : capacity > INT_MAX ? INT_MAX : (int)capacity;
  return 1;
}

Table *makemeta (lua_State *L, const char *name, const luaL_Reg *methods) {
  lua_createtable(L, 0, 4);
  lua_newtable(L);
  luaL_setfuncs(L, methods, 0);
  lua_setfield(L, -2, "__index");
  lua_pushstring(L, name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  luaL_ref(L, LUA_REGISTRYINDEX);
  return hvalue(s2v(L->top - 1));
}

int channel_open (lua_State *L) {
  static const luaL_Reg methods[] = { { "send", send }, { "receive", receive }, { "close", closechannel }, { NULL, NULL } };
  Table **metas[] = { &channelmeta, &timermeta };
  for (int i = 0; i < 2; i++) {
    *metas[i] = makemeta(L, "channel", methods);
    lua_getfield(L, -1, "__index");
    luaL_setfuncs(L, select_methods, 0);
    lua_pop(L, 1);
  }
  lua_pushcfunction(L, timer_collected);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 2);
  message_open(L);
  lua_newtable(L);
  lua_pushcfunction(L, newplain);
  lua_setfield(L, -2, "new");
  select_open(L);
  return 1;
}
