#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "lane.h"
#include "wait.h"

#define waitsize(count)  (sizeof(Wait) + (size_t)(count) * sizeof(Waiter))

static void enqueue (Queue *q, Waiter *w) {
  w->queue = q;
  w->next = NULL;
  w->prev = q->last;
  if (q->last) q->last->next = w; else q->first = w;
  q->last = w;
}

static void dequeue (Waiter *w) {
  Queue *q = w->queue;
  if (q == NULL) return;
  if (w->prev) w->prev->next = w->next; else q->first = w->next;
  if (w->next) w->next->prev = w->prev; else q->last = w->prev;
  w->queue = NULL;
}

void wait_check (lua_State *L) {
  if (!luaN_stoppable(L)) luaL_error(L, "attempt to wait across a C-call boundary");
}

Wait *wait_new (lua_State *L, int count) {
  Process *p = lane_running;
  size_t size = waitsize(count);
  Wait *wait = memory_takefor(&p->outside, size);
  if (wait == NULL) luaL_error(L, "not enough memory");
  memset(wait, 0, size);
  wait->p = p;
  wait->fiber = p->current;
  wait->L = L;
  wait->count = count;
  wait->fired = -1;
  wait->next = p->waits;
  if (p->waits) p->waits->prev = wait;
  p->waits = wait;
  return wait;
}

void wait_free (Wait *wait) {
  for (int i = 0; i < wait->count; i++) dequeue(&wait->waiters[i]);
  if (wait->prev) wait->prev->next = wait->next; else wait->p->waits = wait->next;
  if (wait->next) wait->next->prev = wait->prev;
  memory_givefor(&wait->p->outside, wait, waitsize(wait->count));
}

void wait_for (Wait *wait, int i, Queue *q) {
  Waiter *w = &wait->waiters[i];
  w->wait = wait;
  enqueue(q, w);
}

void wait_first (Wait *wait, int i, Queue *q) {
  Waiter *w = &wait->waiters[i];
  w->wait = wait;
  w->queue = q;
  w->prev = NULL;
  w->next = q->first;
  if (q->first) q->first->prev = w; else q->last = w;
  q->first = w;
}

int wait_park (lua_State *L, Wait *wait, lua_KFunction k) {
  luaL_checkstack(L, 8, NULL);
  lane_parked = 1;
  return luaN_pausek(L, (lua_KContext)wait, k);
}

static void wake (Wait *wait) {
  if (wait->woken) return;
  wait->woken = 1;
  process_wake(wait->p, wait->fiber);
}

void wait_fire (Waiter *w) {
  Wait *wait = w->wait;
  wait->fired = (int)(w - wait->waiters);
  for (int i = 0; i < wait->count; i++) dequeue(&wait->waiters[i]);
  wake(wait);
}

void wait_wakefirst (Queue *q) {
  for (Waiter *w = q->first; w != NULL; w = w->next) {
    if (!w->wait->woken) {
      wake(w->wait);
      return;
    }
  }
}

void wait_wakeall (Queue *q) {
  for (Waiter *w = q->first; w != NULL; w = w->next) wake(w->wait);
}

void wait_release (Queue *q) {
  while (q->first != NULL) {
    Waiter *w = q->first;
    dequeue(w);
    wake(w->wait);
  }
}

void wait_forget (Process *p) {
  while (p->waits != NULL) wait_free(p->waits);
}
