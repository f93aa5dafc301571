/* The channels that a process has as such: one for each topic it listens to, its inbox, its events. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lobject.h"

#include "channel_parts.h"

/* listens of one process: each message looks through them */
#define MAXTOPICS  1000

/* Anchors the channel on top of the stack in the registry: it is the process's own. */
static void own (lua_State *L, Channel *c) {
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, c);
}

static void pushown (lua_State *L, Channel *c) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, c);
}

void channel_topic (lua_State *L, const char *topic, size_t length, int asmessage) {
  Mailbox *box = &lane_running->mailbox;
  Channel *c = mailbox_listener(box, topic, length);
  int count = 0;
  if (c != NULL) {
    pushown(L, c);
    return;
  }
  for (c = box->channels; c != NULL; c = c->next) count++;
  if (count >= MAXTOPICS) luaL_error(L, "a process listens to %d topics at most", MAXTOPICS);
  c = newchannel(L, TOPIC);
  c->asmessage = (uint8_t)asmessage;
  lua_pushlstring(L, topic, length);
  lua_setiuservalue(L, -2, 1);
  own(L, c);
  c->hash = mailbox_hash(topic, length);
  c->next = box->channels;
  box->channels = c;
  mailbox_collect(box, c);
}

void channel_inbox (lua_State *L) {
  Mailbox *box = &lane_running->mailbox;
  if (box->inbox == NULL) {
    Channel *c = newchannel(L, INBOX);
    own(L, c);
    c->asmessage = 1;
    box->inbox = c;
    mailbox_collect(box, c);
  }
  else pushown(L, box->inbox);
}

void channel_events (lua_State *L) {
  Mailbox *box = &lane_running->mailbox;
  if (box->events == NULL) {
    Channel *c = newchannel(L, EVENTS);
    own(L, c);
    box->events = c;
    c->letters = box->waitingevents;
    box->waitingevents = (Letters){ NULL, NULL };
  }
  else pushown(L, box->events);
}

int channel_unlisten (lua_State *L, int index) {
  Mailbox *box = &lane_running->mailbox;
  Channel *c = tochannel(L, index), **at = &box->channels;
  if (c == NULL || c->kind != TOPIC || c->closed) return 0;
  while (*at != c) at = &(*at)->next;
  *at = c->next;
  c->closed = 1;
  mailbox_giveback(lane_running, c);
  wait_wakeall(&c->receivers);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, c);
  return 1;
}

struct Channel *channel_result (lua_State *L) {
  Mailbox *box = &lane_running->mailbox;
  Channel *c = newchannel(L, RESULT);
  own(L, c);
  c->next = box->results;
  return box->results = c;
}
