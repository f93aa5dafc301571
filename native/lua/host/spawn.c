#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "ldo.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "entry.h"
#include "event.h"
#include "export.h"
#include "failure.h"
#include "host_calls.h"
#include "lane.h"
#include "outbox.h"
#include "remote.h"
#include "spawn.h"
#include "topology.h"
#include "values.h"

/* arguments may be as large as a message */
#define ARGUMENTSMAX  ((size_t)16 << 20)

static uint64_t newnumber (void) {
  static uint64_t next, end;
  if (next == end) {
    next = (uint64_t)host_numbers();
    end = next + NUMBERSATONCE;
  }
  return next++;
}

/* {====================================================== a state that can begin */

typedef struct Beginning {
  const char *method;
  const char *arguments;  /* values as bytes */
  int count;
} Beginning;

/* Finds the function that runs in what the chunk returned: the method, else main, else run, else a bare function. */
static void findmethod (lua_State *L, const char *method) {
  static const char *const usual[] = { "main", "run", NULL };
  if (lua_isfunction(L, -1)) {
    if (method == NULL) return;
    luaL_error(L, "method '%s' not found: the chunk returned a function", method);
  }
  if (!lua_istable(L, -1)) luaL_error(L, "the chunk returned %s, not a table of functions", luaL_typename(L, -1));
  if (method != NULL) {
    if (lua_getfield(L, -1, method) != LUA_TFUNCTION) luaL_error(L, "method '%s' not found", method);
    return;
  }
  for (const char *const *name = usual; *name != NULL; name++) {
    if (lua_getfield(L, -1, *name) == LUA_TFUNCTION) return;
    lua_pop(L, 1);
  }
  luaL_error(L, "method 'main' not found, nor 'run'");
}

/* Runs the chunk, and leaves the function that runs and its arguments on the stack. */
static void begin (lua_State *L, void *ud) {
  const Beginning *b = ud;
  const char *at = b->arguments;
  lua_call(L, 0, 1);
  findmethod(L, b->method);
  lua_insert(L, 1);
  lua_settop(L, 1);
  luaL_checkstack(L, b->count + 4, "too many arguments");
  for (int i = 0; i < b->count; i++) at = read_value(L, at);
}

static int prepare (Process *p, Beginning *b) {
  Process *caller = lane_running;
  int status;
  lane_running = p;
  status = luaD_rawrunprotected(p->first.L, begin, b);
  lane_running = caller;
  p->stuck = 0;
  p->first.arguments = b->count;
  return status;
}

static const char *messageof (Process *p, int status) {
  lua_State *L = p->first.L;
  if (p->doom != NULL) return p->doom;
  if (status == LUA_ERRMEM) return "not enough memory";
  return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "the chunk raised an error that is no text";
}

static Process *newprocess (Entry *e, Host *h) {
  Process *p = process_new((Pid){ entry_place(e, h), newnumber() }, e->code, h->maxmemory);
  if (p == NULL) return NULL;
  p->entry = e;
  p->host = h;
  h->live++;
  return p;
}

/* }====================================================== */

int spawn_from (lua_State *L, const SpawnRequest *request) {
  Entry *e = entry_find(request->entry, request->entrylength);
  Host *h = host_find(request->host, request->hostlength);
  Process *p, *caller = lane_running;
  Beginning beginning;
  int status;
  if (e == NULL) return failure(L, NOTFOUND, "entry not found: %s", request->entry);
  if (h == NULL) return failure(L, NOTFOUND, "host not found: %s", request->host);
  if (h->maxprocesses != 0 && h->live >= h->maxprocesses)
    return failure_retryable(L, LIMITEXCEEDED, "max processes limit exceeded on host %s", request->host);
  writer_reset(&values_writer);
  for (int i = request->arguments; i <= request->last; i++)
    write_value(&values_writer, L, i, e->code == caller->code ? SAMECODE : LANE, ARGUMENTSMAX);
  p = newprocess(e, h);
  if (p == NULL) return failure_retryable(L, UNAVAILABLE, "not enough memory for a process");
  beginning = (Beginning){ e->method, values_writer.bytes, request->last - request->arguments + 1 };
  if (beginning.count < 0) beginning.count = 0;
  status = prepare(p, &beginning);
  if (status != LUA_OK) {
    int returned = failure(L, INVALID, "%s", messageof(p, status));
    h->live--;
    process_free(p);
    return returned;
  }
  if (request->relations & SPAWN_MONITORED) topology_join(MONITOR, caller, p);
  if (request->relations & SPAWN_LINKED) topology_join(LINK, caller, p);
  process_wake(p, &p->first);
  pid_push(L, p->pid);
  return 1;
}

/* The second result is a failure when it is a text or an error (design: return value). */
static int isfailure (lua_State *L, int results) {
  int second = lua_gettop(L) - results + 2;
  if (results < 2) return 0;
  return lua_type(L, second) == LUA_TSTRING || lua_type(L, second) == LUA_TUSERDATA;
}

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
    ending.result = event_writeexit(&exit, p, L, index, ending.failed, why);
    ending.event = exit.bytes;
    ending.length = exit.length;
  }
  process_forget(p);
  if (p->hasnames) {
    char text[PIDMAX];
    host_names_release(text, pid_write(text, p->pid));
  }
  topology_ended(p, &ending);
  remote_ended(p, &ending);
  if (p->iswatched) {
    Writer *out = outbox_begin(RECORD_ENDED);
    outbox_pid(out, p->pid);
    writer_bytes(out, exit.bytes, exit.length);
    outbox_end(out);
  }
  writer_free(&exit);
  p->host->live--;
  process_free(p);
}

/* {====================================================== from JavaScript */

static char text[PIDMAX];

/*
** Starts a process nobody on the lane asked for; its end becomes a record.
** 'arguments' are 'count' values as bytes. Returns the length of the PID in
** spawn_text, or minus the length of a message there.
*/
EXPORT(spawn) int spawn_watched (const char *entry, size_t entrylength, const char *host, size_t hostlength,
                                 const char *arguments, int count) {
  Entry *e = entry_find(entry, entrylength);
  Host *h = host_find(host, hostlength);
  Beginning beginning;
  const char *why = NULL;
  Process *p = NULL;
  if (e == NULL) why = "entry not found";
  else if (h == NULL) why = "host not found";
  else if (h->maxprocesses != 0 && h->live >= h->maxprocesses) why = "max processes limit exceeded";
  else if ((p = newprocess(e, h)) == NULL) why = "not enough memory for a process";
  else {
    int status;
    beginning = (Beginning){ e->method, arguments, count };
    status = prepare(p, &beginning);
    if (status != LUA_OK) why = messageof(p, status);
  }
  if (why != NULL) {
    size_t length = strlen(why);
    if (length >= sizeof text) length = sizeof text - 1;
    memcpy(text, why, length);
    if (p != NULL) {
      h->live--;
      process_free(p);
    }
    return -(int)length;
  }
  p->iswatched = 1;
  process_wake(p, &p->first);
  return (int)pid_write(text, p->pid);
}

EXPORT(spawn_text) const char *spawn_text (void) { return text; }

/* }====================================================== */
