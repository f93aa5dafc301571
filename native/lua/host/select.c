/* channel.select and its cases. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lobject.h"
#include "lstate.h"

#include "channel_parts.h"

/* Each case takes memory while it waits. */
#define MAXCASES  1000

/* The memory of a case's userdata. Its user values: the channel, the value to send. */
typedef struct Case { uint8_t sends; } Case;

static Table *casemeta;

static int case_receive (lua_State *L) {
  checkchannel(L, 1);
  if (lua_getiuservalue(L, 1, 2) == LUA_TUSERDATA) return 1;  /* they are all alike */
  newobject(L, sizeof(Case), 2, casemeta);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, -1);
  lua_setiuservalue(L, 1, 2);
  return 1;
}

static int case_send (lua_State *L) {
  Case *made;
  Channel *c = checkchannel(L, 1);
  if (c->kind != PLAIN) return luaL_error(L, "cannot send on a channel owned by the process");
  lua_settop(L, 2);
  made = newobject(L, sizeof(Case), 2, casemeta);
  made->sends = 1;
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, 2);
  return 1;
}

/* Makes {channel, value, ok} of the channel, value and ok on top of the stack. */
static int selected (lua_State *L) {
  int ok = lua_toboolean(L, -1), at = lua_gettop(L) - 2;
  lua_createtable(L, 0, ok ? 3 : 4);
  lua_pushvalue(L, at);
  lua_setfield(L, -2, "channel");
  lua_pushvalue(L, at + 1);
  lua_setfield(L, -2, "value");
  lua_pushboolean(L, ok);
  lua_setfield(L, -2, "ok");
  if (!ok) {
    lua_pushliteral(L, "channel closed");
    lua_setfield(L, -2, "error");
  }
  return 1;
}

/* The case on top of the stack, whose channel it pushes. NULL: it is no case, and it is popped. */
static Case *opencase (lua_State *L) {
  const TValue *o = s2v(L->top - 1);
  if (ttypetag(o) == LUA_VUSERDATA && uvalue(o)->metatable == casemeta) {
    lua_getiuservalue(L, -1, 1);
    return (Case *)getudatamem(uvalue(o));
  }
  lua_pop(L, 1);
  return NULL;
}

static int selectloop (lua_State *L);

/* On the stack: the list, its default, the cases in the order of the list, and what was received. */
static int selectk (lua_State *L, int status, lua_KContext ctx) {
  Wait *wait = (Wait *)ctx;
  int fired = wait->fired, broken = wait->broken;
  Case *served;
  (void)status;
  wait_free(wait);
  if (fired < 0) {
    lua_settop(L, 2);
    return selectloop(L);
  }
  if (broken) return refuseclosed(L);
  lua_pushvalue(L, 3 + fired);
  served = opencase(L);
  lua_remove(L, -2);
  if (served->sends) {
    lua_pushnil(L);
    lua_pushboolean(L, 1);
  }
  else {  /* the value and its ok lie below */
    lua_pushvalue(L, -3);
    lua_pushvalue(L, -3);
  }
  return selected(L);
}

/* Waits for all cases. They lie on the stack meanwhile: the list may change under it. */
static int waitforall (lua_State *L, int count) {
  Wait *wait;
  int cases = 0;
  wait_check(L);
  luaL_checkstack(L, count + 8, "too many cases");
  for (int i = 1; i <= count; i++) {
    lua_rawgeti(L, 1, i);
    if (opencase(L) == NULL) continue;
    lua_pop(L, 1);
    cases++;
  }
  wait = wait_new(L, cases);
  wait->values = 3;
  for (int i = 0; i < cases; i++) {
    Case *each;
    Channel *c;
    lua_pushvalue(L, 3 + i);
    each = opencase(L);
    c = tochannel(L, -1);
    wait_for(wait, i, each->sends ? &c->senders : &c->receivers);
    lua_pop(L, 2);
  }
  return wait_park(L, wait, selectk);
}

static int selectloop (lua_State *L) {
  lua_Unsigned count = lua_rawlen(L, 1);
  if (count > MAXCASES) luaL_error(L, "a select has %d cases at most", MAXCASES);
  for (int i = 1; i <= (int)count; i++) {
    Case *each;
    Channel *c;
    lua_rawgeti(L, 1, i);
    each = opencase(L);
    if (each == NULL) continue;
    c = tochannel(L, -1);
    if (each->sends) {
      lua_getiuservalue(L, -2, 2);
      if (trysend(L, c, lua_gettop(L) - 1)) {
        lua_pushnil(L);
        lua_pushboolean(L, 1);
        return selected(L);
      }
      lua_pop(L, 1);
    }
    else if (tryreceive(L, c, lua_gettop(L))) return selected(L);
    lua_pop(L, 2);
  }
  if (lua_toboolean(L, 2)) {
    lua_createtable(L, 0, 2);
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "default");
    lua_pushboolean(L, 1);
    lua_setfield(L, -2, "ok");
    return 1;
  }
  return waitforall(L, (int)count);
}

static int selectcases (lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  if (!lua_toboolean(L, 2)) {
    lua_pushliteral(L, "default");
    lua_rawget(L, 1);
    lua_replace(L, 2);
  }
  return selectloop(L);
}

void select_open (lua_State *L) {
  static const luaL_Reg none[] = { { NULL, NULL } };
  casemeta = makemeta(L, "case", none);
  lua_pop(L, 1);
  lua_pushcfunction(L, selectcases);
  lua_setfield(L, -2, "select");
}

const luaL_Reg select_methods[] = { { "case_receive", case_receive }, { "case_send", case_send }, { NULL, NULL } };
