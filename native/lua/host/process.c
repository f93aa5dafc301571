#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lgc.h"
#include "lstate.h"

#include <string.h>

#include "context.h"
#include "heap.h"
#include "host_calls.h"
#include "lane.h"
#include "outbox.h"
#include "process.h"
#include "ready.h"
#include "remote.h"
#include "timer.h"
#include "upgrade.h"
#include "wait.h"

Process *lane_running;
int lane_slice = 20000;
int lane_parked;
void (*process_ended) (Process *p, int status, int results, const char *why);
int (*process_upgraded) (Process *p);

static struct {
  Process **buckets;
  size_t size;  /* a power of two */
  size_t count;
} table;

/* making a process takes about as long as so many steps */
#define NEWSTEPS  100

/* {====================================================== the table of numbers */

#define bucketof(number)  (&table.buckets[(number) & (table.size - 1)])

static int growtable (void) {
  size_t oldsize = table.size, size = oldsize ? oldsize * 2 : 256;
  Process **old = table.buckets, **fresh = memory_take(size * sizeof(Process *));
  if (fresh == NULL) return 0;
  memset(fresh, 0, size * sizeof(Process *));
  table.buckets = fresh;
  table.size = size;
  for (size_t i = 0; i < oldsize; i++) {
    for (Process *p = old[i], *next; p != NULL; p = next) {
      Process **bucket = bucketof(p->pid.number);
      next = p->nextbucket;
      p->nextbucket = *bucket;
      *bucket = p;
    }
  }
  memory_give(old, oldsize * sizeof(Process *));
  return 1;
}

Process *process_find (uint64_t number) {
  Process *p = table.size ? *bucketof(number) : NULL;
  while (p != NULL && p->pid.number != number) p = p->nextbucket;
  return p;
}

Process *process_named (const char *pid, size_t length) {
  PidText parsed;
  Process *p;
  if (!pid_parse(pid, length, &parsed)) return NULL;
  p = process_find(parsed.number);
  return p != NULL && pid_isat(&parsed, p->pid.place) ? p : NULL;
}

size_t process_count (void) {
  return table.count;
}

void process_forget (Process *p) {
  Process **at = bucketof(p->pid.number);
  while (*at != NULL && *at != p) at = &(*at)->nextbucket;
  if (*at == NULL) return;  /* it was forgotten before */
  *at = p->nextbucket;
  table.count--;
}

/* }====================================================== */

Process *process_new (Pid pid, Code *code, size_t memorylimit) {
  Process *p;
  if (table.count >= table.size && !growtable() && table.size == 0) return NULL;
  p = memory_take(sizeof(Process));
  if (p == NULL) return NULL;
  memset(p, 0, sizeof(Process));
  p->account.limit = p->outside.limit = memorylimit;
  p->owes = 1;  /* it begins among those who compute, and as its maker is: children are no way to more turns */
  if (lane_running != NULL) {
    p->watched = lane_running->watched;
    p->slice = lane_running->slice;
  }
  luaN_charge(NEWSTEPS);
  p->pid = pid;
  p->first.L = heap_newstate(code, &p->account);
  if (p->first.L == NULL) {
    memory_give(p, sizeof(Process));
    return NULL;
  }
  p->code = code;
  p->nextbucket = *bucketof(pid.number);
  *bucketof(pid.number) = p;
  table.count++;
  return p;
}

static void freefibers (Process *p) {
  while (p->fibers != NULL) {
    Fiber *f = p->fibers;
    p->fibers = f->nextfiber;
    memory_givefor(&p->outside, f, sizeof(Fiber));
  }
}

int process_replace (Process *p, Code *code) {
  Account old = p->account, fresh;
  lua_State *L;
  p->account.used = 0;
  L = heap_newstate(code, &p->account);
  if (L == NULL) {
    p->account = old;
    return 0;
  }
  fresh = p->account;
  p->account = old;
  freefibers(p);
  timer_stopothers(p, p->deadline);
  wait_forget(p);
  luaE_discard(p->first.L);
  p->account = fresh;
  heap_release(p->code);
  p->code = code;
  p->first = (Fiber){ .L = L };
  p->ready = p->lastready = p->current = NULL;
  p->awaited = 0;
  p->rescues = 0;
  return 1;
}

void process_each (void (*each) (Process *p, void *ud), void *ud) {
  for (size_t i = 0; i < table.size; i++)
    for (Process *p = table.buckets[i]; p != NULL; p = p->nextbucket) each(p, ud);
}

void process_free (Process *p) {
  process_forget(p);
  freefibers(p);
  timer_stopothers(p, NULL);
  wait_forget(p);
  mailbox_free(p);
  remote_forget(p);
  upgrade_free(p);
  context_release(p->context);
  luaE_discard(p->first.L);
  heap_release(p->code);
  if (p->isready && p != lane_running) p->isgone = 1;
  else memory_give(p, sizeof(Process));
}

void process_doom (Process *p, const char *why) {
  if (p->doom == NULL) p->doom = why;
}

static void queue (Process *p) {
  p->isready = 1;
  ready_put(p);
}

void process_end (Process *p, const char *why) {
  process_doom(p, why);
  if (p == lane_running) luaN_budget = -1;  /* at its next step */
  else if (!p->isready) queue(p);
  else ready_hurry(p);
}

static void endlate (void *ud) {
  Process *p = ud;
  p->deadline = NULL;
  process_end(p, p->deadlinewhy);
}

void process_endafter (Process *p, double delayms, const char *why) {
  double at = host_now() + delayms;
  if (p->deadline != NULL) {
    if (at >= p->deadlineat) return;
    timer_stop(p->deadline);
  }
  p->deadlinewhy = why;
  p->deadlineat = at;
  p->deadline = timer_start(p, delayms, 0, endlate, p);
  if (p->deadline == NULL) process_end(p, why);  /* no memory for later */
}

Fiber *fiber_new (Process *p, lua_State *L) {
  lua_State *thread = lua_newthread(L);
  int anchor = luaL_ref(L, LUA_REGISTRYINDEX);
  Fiber *f = memory_takefor(&p->outside, sizeof(Fiber));
  if (f == NULL) {
    luaL_unref(L, LUA_REGISTRYINDEX, anchor);
    luaL_error(L, "not enough memory");
  }
  *f = (Fiber){ .L = thread, .anchor = anchor, .nextfiber = p->fibers };
  if (p->fibers != NULL) p->fibers->prevfiber = f;
  p->fibers = f;
  return f;
}

static void fiber_free (Process *p, Fiber *f) {
  if (f->prevfiber != NULL) f->prevfiber->nextfiber = f->nextfiber;
  else p->fibers = f->nextfiber;
  if (f->nextfiber != NULL) f->nextfiber->prevfiber = f->prevfiber;
  luaL_unref(p->first.L, LUA_REGISTRYINDEX, f->anchor);
  memory_givefor(&p->outside, f, sizeof(Fiber));
}

void process_wake (Process *p, Fiber *f) {
  f->nextready = NULL;
  if (p->ready == NULL) p->ready = f;
  else p->lastready->nextready = f;
  p->lastready = f;
  if (p->isready) return;
  queue(p);
}

/* The next fiber of the process takes its turn. True: the process goes on. */
static int resume (Process *p) {
  Fiber *f = p->ready;
  int results, status, arguments = f->arguments;
  p->ready = f->nextready;
  p->current = f;
  f->arguments = 0;
  luaN_systemyield = lane_parked = 0;
  status = lua_resume(f->L, NULL, arguments, &results);
  if (p->doom != NULL) process_ended(p, LUA_ERRRUN, 0, p->doom);
  else if (status == LUA_YIELD) {
    if (p->upgrade != NULL) return process_upgraded(p);
    if (!lane_parked) process_wake(p, f);
    return 1;
  }
  else if (f == &p->first) process_ended(p, status, status == LUA_OK ? results : 1, NULL);
  else if (status != LUA_OK) {
    lua_xmove(f->L, p->first.L, 1);
    process_ended(p, status, 1, NULL);
  }
  else {
    fiber_free(p, f);
    return 1;
  }
  return 0;
}

int process_isdeadlocked (const Process *p) {
  return p->ready == NULL && p->timers == NULL && p->awaited == 0 && p->mailbox.channels == NULL &&
         p->mailbox.inbox == NULL && p->mailbox.events == NULL;
}

static void runslice (Process *p) {
  lane_running = p;
  ready_begin(p);
  p->stuck = 0;
  p->slices++;
  p->isready = 1;  /* it queues itself below, not when a fiber of it wakes */
  if (p->doom != NULL) {
    process_ended(p, LUA_ERRRUN, 0, p->doom);
    p = NULL;
  }
  else do {
    if (!resume(p)) p = NULL;
  } while (p != NULL && p->ready != NULL && luaN_budget > 0);
  lane_running = NULL;
  ready_end(p);
  if (p == NULL) return;
  p->isready = 0;
  if (p->ready != NULL) queue(p);
  else if (process_isdeadlocked(p)) process_ended(p, LUA_ERRRUN, 0, "deadlock: all coroutines of the process wait and nothing can wake them");
}

int process_run (int slices) {
  int used = 0;
  while (used < slices && !ready_isover() && !outbox_isfull()) {
    Process *p = ready_take();
    if (p == NULL) break;
    if (p->isgone) memory_give(p, sizeof(Process));
    else {
      used++;
      runslice(p);
    }
  }
  return used;
}
