#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lgc.h"
#include "lstate.h"

#include <string.h>

#include "heap.h"
#include "lane.h"
#include "process.h"

Process *lane_running;
int lane_slice = 20000;
void (*process_ended) (Process *p, int status, int results);

static struct {
  Process **buckets;
  size_t size;  /* a power of two */
  size_t count;
} table;

static Process *firstready, *lastready;

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
      Process **bucket = bucketof(p->number);
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
  while (p != NULL && p->number != number) p = p->nextbucket;
  return p;
}

static void forget (Process *p) {
  Process **at = bucketof(p->number);
  while (*at != p) at = &(*at)->nextbucket;
  *at = p->nextbucket;
  table.count--;
}

/* }====================================================== */

Process *process_new (uint64_t number, Code *code, size_t memorylimit) {
  Process *p;
  if (table.count >= table.size && !growtable() && table.size == 0) return NULL;
  p = memory_take(sizeof(Process));
  if (p == NULL) return NULL;
  memset(p, 0, sizeof(Process));
  p->account.limit = memorylimit;
  p->number = number;
  p->first.L = heap_newstate(code, &p->account);
  if (p->first.L == NULL) {
    memory_give(p, sizeof(Process));
    return NULL;
  }
  p->code = code;
  p->nextbucket = *bucketof(number);
  *bucketof(number) = p;
  table.count++;
  return p;
}

void process_free (Process *p) {
  forget(p);
  luaE_discard(p->first.L);
  heap_release(p->code);
  if (p->isready && p != lane_running) p->isgone = 1;
  else memory_give(p, sizeof(Process));
}

void process_doom (Process *p, const char *why) {
  if (p->doom == NULL) p->doom = why;
}

void process_wake (Process *p, Fiber *f) {
  f->nextready = NULL;
  if (p->ready == NULL) p->ready = f;
  else p->lastready->nextready = f;
  p->lastready = f;
  if (p->isready) return;
  p->isready = 1;
  p->nextready = NULL;
  if (firstready == NULL) firstready = p;
  else lastready->nextready = p;
  lastready = p;
}

/* The next fiber of the process takes its turn. True: the process goes on. */
static int resume (Process *p) {
  Fiber *f = p->ready;
  int results, status, arguments = f->arguments;
  p->ready = f->nextready;
  f->arguments = 0;
  luaN_systemyield = 0;
  status = lua_resume(f->L, NULL, arguments, &results);
  if (status == LUA_YIELD) {
    if (p->doom != NULL) {
      lua_pushstring(f->L, p->doom);
      process_ended(p, LUA_ERRRUN, 1);
      return 0;
    }
    process_wake(p, f);
    return 1;
  }
  process_ended(p, status, status == LUA_OK ? results : 1);
  return 0;
}

static void runslice (Process *p) {
  lane_running = p;
  luaN_budget = lane_slice;
  p->stuck = 0;
  p->slices++;
  p->isready = 1;  /* it queues itself below, not when a fiber of it wakes */
  do {
    if (!resume(p)) {
      lane_running = NULL;
      return;
    }
  } while (p->ready != NULL && luaN_budget > 0);
  lane_running = NULL;
  p->isready = 0;
  if (p->ready != NULL) {
    p->isready = 1;
    p->nextready = NULL;
    if (firstready == NULL) firstready = p;
    else lastready->nextready = p;
    lastready = p;
  }
}

int process_run (int slices) {
  int used = 0;
  while (used < slices && firstready != NULL) {
    Process *p = firstready;
    firstready = p->nextready;
    if (p->isgone) memory_give(p, sizeof(Process));
    else {
      used++;
      runslice(p);
    }
  }
  return used;
}
