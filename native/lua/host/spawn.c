#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "ldo.h"
#include "lstate.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "channel.h"
#include "context.h"
#include "export.h"
#include "failure.h"
#include "host_calls.h"
#include "lane.h"
#include "names.h"
#include "options.h"
#include "outbox.h"
#include "remote.h"
#include "spawn.h"
#include "target.h"
#include "topology.h"
#include "values.h"

/* chunks that spawn processes whose chunks spawn processes ...: each is on the C stack of the one before */
#define MAXNESTED  16

static uint64_t newnumber (void) {
  static uint64_t next, end;
  if (next == end) {
    next = (uint64_t)host_numbers();
    end = next + NUMBERSATONCE;
  }
  return next++;
}

/* {====================================================== a state that can begin */

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

static void begin (lua_State *L, void *ud) {
  const Beginning *b = ud;
  const char *at = b->arguments;
  luaL_checkstack(L, b->count + 4, "too many arguments");
  for (int i = 0; i < b->count; i++) at = read_value(L, at);  /* first: the chunk may use what they lie in */
  lua_pushvalue(L, 1);
  lua_call(L, 0, 1);
  findmethod(L, b->method);
  lua_replace(L, 1);
  lua_settop(L, 1 + b->count);
}

int spawn_prepare (Process *p, const Beginning *b) {
  static int nested;
  Process *caller = lane_running;
  int status;
  if (nested >= MAXNESTED) {
    lua_pushliteral(p->first.L, "chunks that spawn processes are nested too deep");
    return LUA_ERRRUN;
  }
  nested++;
  lane_running = p;
  status = luaD_rawrunprotected(p->first.L, begin, (void *)b);
  lane_running = caller;
  nested--;
  p->stuck = 0;
  p->first.arguments = b->count;
  return status;
}

const char *spawn_messageof (Process *p, int status) {
  lua_State *L = p->first.L;
  if (p->doom != NULL) return p->doom;
  if (status == LUA_ERRMEM) return "not enough memory";
  if (lua_type(L, -1) == LUA_TUSERDATA && luaN_pushmessage(L, -1)) return lua_tostring(L, -1);
  return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "the chunk raised an error that is no text";
}

/* }====================================================== */

/* {====================================================== a new process */

/* Why there is none. */
static struct {
  const char *kind;
  int retryable;
  char text[512];
} refusal;

static Process *refuse (const char *kind, int retryable, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(refusal.text, sizeof refusal.text, format, arguments);
  va_end(arguments);
  refusal.kind = kind;
  refusal.retryable = retryable;
  return NULL;
}

static int refused (lua_State *L) {
  if (refusal.retryable) return failure_retryable(L, refusal.kind, "%s", refusal.text);
  return failure(L, refusal.kind, "%s", refusal.text);
}

/* Are there such an entry and such a host, and may one more run there? */
static int find (const char *entry, size_t entrylength, const char *host, size_t hostlength, Entry **e, Host **h) {
  *e = entry_find(entry, entrylength);
  *h = host_find(host, hostlength);
  if (*e == NULL) refuse(NOTFOUND, 0, "entry not found: %s", entry);
  else if (*h == NULL) refuse(NOTFOUND, 0, "host not found: %s", host);
  else if ((*e)->code == NULL) refuse(INVALID, 0, "%s", (*e)->broken);
  else if ((*h)->stopping) refuse(UNAVAILABLE, 0, "host is stopping: %s", host);
  else if ((*h)->maxprocesses != 0 && (*h)->live >= (*h)->maxprocesses)
    refuse(LIMITEXCEEDED, 1, "max processes limit exceeded on host %s", host);
  else return 1;
  return 0;
}

/* A process that has yet to be woken. It holds the context from now on, whatever comes of it. */
static Process *start (Entry *e, Host *h, const Beginning *b, Context *context) {
  Process *p = process_new((Pid){ entry_place(e, h), newnumber() }, e->code, h->maxmemory);
  int status;
  if (p == NULL) {
    context_release(context);
    return refuse(UNAVAILABLE, 1, "not enough memory for a process");
  }
  p->entry = e;
  p->host = h;
  p->context = context;
  p->whenfull = h->whenfull;
  h->live++;
  status = spawn_prepare(p, b);
  if (status == LUA_OK) return p;
  refuse(INVALID, 0, "%s", spawn_messageof(p, status));
  spawn_ended(p, LUA_ERRRUN, 0, refusal.text);  /* its chunk may have made relations and names */
  return NULL;
}

/* }====================================================== */

/* {====================================================== from a process */

static int deliverall (lua_State *L, int list, Process *p, Pid from) {
  int count = list == 0 ? 0 : (int)lua_rawlen(L, list);
  for (int i = 1; i < count; i += 2) {
    size_t topiclength, length;
    const char *topic, *bytes;
    Message *m = NULL;
    lua_rawgeti(L, list, i);
    lua_rawgeti(L, list, i + 1);
    topic = lua_tolstring(L, -2, &topiclength);
    bytes = lua_tolstring(L, -1, &length);
    if (!mailbox_refuses(p, topic, topiclength, length)) m = message_new(from, topic, topiclength, bytes, length);
    lua_pop(L, 2);
    if (m == NULL) return 0;
    mailbox_deliver(p, m);
  }
  return 1;
}

static int full (lua_State *L, Process *p) {
  char text[PIDMAX];
  text[pid_write(text, p->pid)] = '\0';
  return failure_retryable(L, UNAVAILABLE, "the mailbox of the process is full: %s", text);
}

static void relate (Process *caller, Process *p, int relations) {
  if (relations & SPAWN_MONITORED) topology_join(MONITOR, caller, p);
  if (relations & SPAWN_LINKED) topology_link(caller, p);
}

/* The same for a process of another lane, whose end is heard of if it has ended meanwhile. */
static void reuseelsewhere (lua_State *L, const SpawnRequest *request, const Target *t) {
  Process *caller = lane_running;
  int list = request->setup.messages, count = list == 0 ? 0 : (int)lua_rawlen(L, list);
  for (int i = 1; i < count; i += 2) {
    size_t topiclength, length;
    const char *topic, *bytes;
    Writer *out = outbox_begin(RECORD_MESSAGE);
    lua_rawgeti(L, list, i);
    lua_rawgeti(L, list, i + 1);
    topic = lua_tolstring(L, -2, &topiclength);
    bytes = lua_tolstring(L, -1, &length);
    outbox_text(out, t->pid, t->length);
    outbox_text(out, "", 0);
    outbox_text(out, topic, topiclength);
    writer_bytes(out, bytes, length);
    outbox_end(out);
    lua_pop(L, 2);
  }
  if (request->relations & SPAWN_MONITORED) remote_join(MONITOR, caller, t->pid, t->length);
  if (request->relations & SPAWN_LINKED) remote_join(LINK, caller, t->pid, t->length);
  lua_pushlstring(L, t->pid, t->length);
}

/* The name has a process: it gets the messages that a new one would have got, from nobody it could ask. */
static int reuse (lua_State *L, const SpawnRequest *request, const Target *t) {
  if (request->relations & SPAWN_EXECUTED) return failure(L, ALREADYEXISTS, "name already registered: %s", request->setup.name);
  if (t->found == ELSEWHERE) {
    reuseelsewhere(L, request, t);
    return 1;
  }
  if (!deliverall(L, request->setup.messages, t->p, (Pid){ NULL, 0 })) return full(L, t->p);
  relate(lane_running, t->p, request->relations);
  pid_push(L, t->p->pid);
  return 1;
}

static int begun (lua_State *L, const SpawnRequest *request, Process *p) {
  Process *caller = lane_running;
  const SpawnSetup *setup = &request->setup;
  if (setup->name != NULL && names_register(p, setup->name, setup->namelength) != NAME_DONE) {
    spawn_ended(p, LUA_ERRRUN, 0, "its name was taken");  /* another lane was faster, within this step */
    return failure_retryable(L, ALREADYEXISTS, "name already registered: %s", setup->name);
  }
  if (!deliverall(L, setup->messages, p, caller->pid)) {
    int returned = full(L, p);
    spawn_ended(p, LUA_ERRRUN, 0, "no room for its first messages");
    return returned;
  }
  if (setup->options != 0) options_read(p, L, setup->options);
  relate(caller, p, request->relations);
  process_wake(p, &p->first);
  if (!(request->relations & SPAWN_EXECUTED)) {
    pid_push(L, p->pid);
    return 1;
  }
  topology_execute(caller, p, channel_result(L));
  return 1;
}

int spawn_from (lua_State *L, const SpawnRequest *request) {
  Entry *e;
  Host *h;
  Process *p, *caller = lane_running;
  const SpawnSetup *setup = &request->setup;
  Context *context;
  Beginning b;
  Target t;
  if (!find(request->entry, request->entrylength, request->host, request->hostlength, &e, &h)) return refused(L);
  if (setup->name != NULL && target_named(&t, setup->name, setup->namelength)) return reuse(L, request, &t);
  writer_reset(&values_writer);
  for (int i = request->arguments; i <= request->last; i++)
    write_value(&values_writer, L, i, e->code == caller->code ? SAMECODE : LANE, ARGUMENTSMAX);
  context = setup->context == NULL ? context_hold(caller->context) : context_new(setup->context, setup->contextlength);
  if (context == NULL && setup->context != NULL) return failure_retryable(L, UNAVAILABLE, "not enough memory for a process");
  b = (Beginning){ e->method, values_writer.bytes, request->last < request->arguments ? 0 : request->last - request->arguments + 1 };
  p = start(e, h, &b, context);
  return p == NULL ? refused(L) : begun(L, request, p);
}

/* }====================================================== */

/* {====================================================== from JavaScript */

static char text[PIDMAX];

/*
** Starts a process nobody on the lane asked for; its end becomes a record.
** 'arguments' are 'count' values as bytes. Returns the length of the PID in
** spawn_text, or minus the length of a message there.
*/
EXPORT(spawn) int spawn_watched (const char *entry, size_t entrylength, const char *host, size_t hostlength,
                                 const char *arguments, int count) {
  Entry *e;
  Host *h;
  Process *p = NULL;
  if (find(entry, entrylength, host, hostlength, &e, &h))
    p = start(e, h, &(Beginning){ e->method, arguments, count }, NULL);
  if (p == NULL) {
    memcpy(text, refusal.text, sizeof refusal.text);
    return -(int)strlen(text);
  }
  p->iswatched = 1;
  process_wake(p, &p->first);
  return (int)pid_write(text, p->pid);
}

EXPORT(spawn_text) const char *spawn_text (void) { return text; }

/* }====================================================== */
