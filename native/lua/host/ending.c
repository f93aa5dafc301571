/* How a process ends: what it leaves, and who is told. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lobject.h"
#include "lstate.h"

#include "entry.h"
#include "event.h"
#include "heap.h"
#include "names.h"
#include "outbox.h"
#include "remote.h"
#include "spawn.h"
#include "topology.h"

/* an event of more bytes is not copied for each who is told */
#define COPIEDMAX  4096

/* The second result is a failure when it is a text or an error (design: return value). */
static int isfailure (lua_State *L, int results) {
  int second = lua_gettop(L) - results + 2;
  if (results < 2) return 0;
  if (lua_type(L, second) != LUA_TUSERDATA) return lua_type(L, second) == LUA_TSTRING;
  return heap_kindof(uvalue(s2v(L->ci->func + second))) == VALUE_ERROR;
}

/* The host forgets the process, then its names are free, then monitors and links are told: who reads EXIT finds neither. */
void spawn_ended (Process *p, int status, int results, const char *why) {
  lua_State *L = p->first.L;
  Writer exit = { NULL, 0, 0 };
  Ending ending = { .failed = status != LUA_OK };
  int index = lua_gettop(L) - results + 1;
  int watched = p->iswatched || p->edges != NULL || p->remotes != NULL;
  if (status == LUA_OK && isfailure(L, results)) {
    ending.failed = 1;
    index++;
  }
  else if (status != LUA_OK) index = lua_gettop(L);
  if (status == LUA_ERRMEM && why == NULL) why = "not enough memory";
  if (watched) {
    if (status == LUA_OK && results == 0) {
      lua_settop(L, 0);
      lua_pushnil(L);
      index = 1;
    }
    ending.result = event_writeexit(&exit, p, L, index, &ending.failed, why);
    if (exit.length > COPIEDMAX && (ending.shared = blob_new(exit.bytes, exit.length)) == NULL) {
      exit.length = 0;
      ending.result = event_writeexit(&exit, p, L, index, &ending.failed, "not enough memory for the value it left");
    }
    ending.event = exit.bytes;
    ending.length = exit.length;
  }
  process_forget(p);
  names_release(p);
  topology_ended(p, &ending);
  remote_ended(p, &ending);
  if (p->iswatched) {
    Writer *out = outbox_begin(RECORD_ENDED);
    outbox_pid(out, p->pid);
    writer_bytes(out, exit.bytes, exit.length);
    outbox_end(out);
  }
  writer_free(&exit);
  blob_release(ending.shared);
  p->host->live--;
  process_free(p);
}
