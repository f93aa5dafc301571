#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "ldo.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "event.h"
#include "failure.h"
#include "heap.h"
#include "host_calls.h"

#define KIND_EXIT  "pid.exit"
#define KIND_LINKDOWN  "pid.link.down"
#define KIND_CANCEL  "pid.cancel"
#define KIND_LINKED  "pid.link.established"
#define KIND_UNLINKED  "pid.link.removed"
#define KIND_OUTDATED  "pid.outdated"

/* the value that a process leaves may be as large as a message */
#define VALUEMAX  ((size_t)16 << 20)

/* and the error, which is told to all that are linked, no larger than this */
#define ERRORMAX  ((size_t)64 << 10)

#define text(w,s)  write_string(w, "" s, sizeof(s) - 1)

/* An event of which nobody is told would be a silent death: without memory for it the lane is lost, and that is told. */
static void deliver (Process *p, Message *m) {
  if (m == NULL) __builtin_trap();
  mailbox_event(p, m);
}

void event_send (Process *p, const char *bytes, size_t length) {
  deliver(p, message_new((Pid){ NULL, 0 }, "", 0, bytes, length));
}

void event_share (Process *p, Blob *event) {
  deliver(p, message_shared(event));
}

/* at, kind and from: the fields that every event has, and the same under 'event' (tables 0 and 1 of the value). */
static void writefrom (Writer *w, const char *kind, const char *from, size_t length, int more) {
  double at = host_wall() / 1000;
  write_table(w, (uint32_t)(4 + more));
  for (int nested = 0; nested < 2; nested++) {
    text(w, "at");
    write_number(w, at);
    text(w, "kind");
    write_string(w, kind, strlen(kind));
    text(w, "from");
    write_string(w, from, length);
    if (nested == 0) {
      text(w, "event");
      write_table(w, 3);
    }
  }
}

static void writehead (Writer *w, const char *kind, Pid from, int more) {
  char name[PIDMAX];
  writefrom(w, kind, name, pid_write(name, from), more);
}

static void writeerror (Writer *w, const char *message, size_t length) {
  write_object(w, VALUE_ERROR);
  write_table(w, 1);
  text(w, "message");
  write_string(w, message, length < ERRORMAX ? length : ERRORMAX);
}

/* {====================================================== the end of a process */

typedef struct Exit {
  Writer *w;
  int index;
} Exit;

/* table 2 is the result; its value, when it is a table, is the third */
#define FIRSTVALUE  3

static void writevalue (lua_State *L, void *ud) {
  Exit *e = ud;
  Writer *w = e->w;
  int again = lua_type(L, e->index) == LUA_TTABLE;
  write_table(w, 2);
  text(w, "value");
  write_part(w, L, e->index, PORTABLE, VALUEMAX, FIRSTVALUE);
  text(w, "payload");
  write_object(w, VALUE_PAYLOAD);
  write_table(w, 2);
  text(w, "format");
  text(w, "lua/any");
  text(w, "data");
  if (again) write_again(w, FIRSTVALUE);
  else write_part(w, L, e->index, PORTABLE, VALUEMAX, FIRSTVALUE);
}

static void writeobject (lua_State *L, void *ud) {
  Exit *e = ud;
  write_part(e->w, L, e->index, PORTABLE, ERRORMAX, FIRSTVALUE);
}

/* An error object that is too large, or holds what cannot be sent, leaves its message. */
static void writefailure (lua_State *L, void *ud) {
  Exit *e = ud;
  Writer *w = e->w;
  size_t length, begin;
  const char *message;
  write_table(w, 1);
  text(w, "error");
  begin = w->length;
  if (lua_type(L, e->index) == LUA_TUSERDATA && luaD_rawrunprotected(L, writeobject, e) == LUA_OK) return;
  w->length = begin;
  lua_pushvalue(L, e->index);
  message = luaL_tolstring(L, -1, &length);
  writeerror(w, message, length);
}

size_t event_writeexit (Writer *w, Process *p, lua_State *L, int index, int *failed, const char *why) {
  Exit e = { w, index };
  size_t field, begin;
  writehead(w, KIND_EXIT, p->pid, 1);
  field = w->length;
  text(w, "result");
  begin = w->length;
  if (why == NULL) {
    if (luaD_rawrunprotected(L, *failed ? writefailure : writevalue, &e) == LUA_OK) return field;
    why = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "the value it left cannot be sent";
  }
  *failed = 1;
  w->length = begin;
  write_table(w, 1);
  text(w, "error");
  writeerror(w, why, strlen(why));
  return field;
}

/* }====================================================== */

void event_linkdown (Process *peer, Pid ended, const char *result, size_t length) {
  Writer w = { NULL, 0, 0 };
  writehead(&w, KIND_LINKDOWN, ended, 1);
  writer_bytes(&w, result, length);
  event_send(peer, w.bytes, w.length);
  writer_free(&w);
}

int event_cancel (Process *p, Pid from, double deadline, const char *reason, size_t reasonlength) {
  Writer w = { NULL, 0, 0 };
  if (mailbox_hasmanyevents(p)) return 0;
  writehead(&w, KIND_CANCEL, from, 2);
  text(&w, "deadline");
  write_number(&w, deadline);
  text(&w, "reason");
  write_string(&w, reason, reasonlength);
  event_send(p, w.bytes, w.length);
  writer_free(&w);
  return 1;
}

void event_noprocess (Process *p, const char *pid, size_t length) {
  Writer w = { NULL, 0, 0 };
  writefrom(&w, KIND_EXIT, pid, length, 1);
  text(&w, "result");
  write_table(&w, 1);
  text(&w, "error");
  write_object(&w, VALUE_ERROR);
  write_table(&w, 2);
  text(&w, "message");
  text(&w, "noproc");
  text(&w, "kind");
  text(&w, NOTFOUND);
  event_send(p, w.bytes, w.length);
  writer_free(&w);
}

/* One with no more than its head. Others could cause any number of them. */
static void sendhead (Process *p, const char *kind, Pid from) {
  Writer w = { NULL, 0, 0 };
  if (mailbox_hasmanyevents(p)) return;
  writehead(&w, kind, from, 0);
  event_send(p, w.bytes, w.length);
  writer_free(&w);
}

void event_link (Process *p, Pid peer, int established) {
  if (p->linkevents) sendhead(p, established ? KIND_LINKED : KIND_UNLINKED, peer);
}

void event_outdated (Process *p) {
  if (p->upgradable) sendhead(p, KIND_OUTDATED, p->pid);
}
