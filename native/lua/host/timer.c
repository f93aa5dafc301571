#include "timer.h"

#include <stdint.h>
#include <string.h>

#include "host_calls.h"
#include "memory.h"
#include "process.h"

struct Timer {
  double deadline, period;
  uint64_t order;  /* of two with one deadline the older is first */
  size_t at;  /* in the heap */
  Process *p;
  Timer *next, *prev;  /* of the process */
  void (*due) (void *owner);
  void *owner;
};

static struct {
  Timer **timers;  /* a binary heap: none is due before its parent, the one at (at - 1) / 2 */
  size_t count, size;
  uint64_t started;
} heap;

static int before (const Timer *a, const Timer *b) {
  return a->deadline < b->deadline || (a->deadline == b->deadline && a->order < b->order);
}

static void put (size_t at, Timer *t) {
  heap.timers[at] = t;
  t->at = at;
}

static void rise (size_t at, Timer *t) {
  while (at > 0 && before(t, heap.timers[(at - 1) / 2])) {
    put(at, heap.timers[(at - 1) / 2]);
    at = (at - 1) / 2;
  }
  put(at, t);
}

static void sink (size_t at, Timer *t) {
  for (;;) {
    size_t child = 2 * at + 1;
    if (child >= heap.count) break;
    if (child + 1 < heap.count && before(heap.timers[child + 1], heap.timers[child])) child++;
    if (!before(heap.timers[child], t)) break;
    put(at, heap.timers[child]);
    at = child;
  }
  put(at, t);
}

static void leaveheap (Timer *t) {
  Timer *moved = heap.timers[--heap.count];
  if (moved == t) return;
  if (before(moved, t)) rise(t->at, moved);
  else sink(t->at, moved);
}

static int grow (void) {
  size_t size = heap.size ? heap.size * 2 : 64;
  Timer **fresh = memory_take(size * sizeof(Timer *));
  if (fresh == NULL) return 0;
  if (heap.count > 0) memcpy(fresh, heap.timers, heap.count * sizeof(Timer *));
  memory_give(heap.timers, heap.size * sizeof(Timer *));
  heap.timers = fresh;
  heap.size = size;
  return 1;
}

Timer *timer_start (Process *p, double delay, double period, void (*due) (void *owner), void *owner) {
  Timer *t;
  if (heap.count == heap.size && !grow()) return NULL;
  t = memory_takefor(&p->outside, sizeof(Timer));
  if (t == NULL) return NULL;
  *t = (Timer){ .deadline = host_now() + delay, .period = period, .order = heap.started++,
                .p = p, .next = p->timers, .due = due, .owner = owner };
  if (p->timers) p->timers->prev = t;
  p->timers = t;
  rise(heap.count++, t);
  return t;
}

static void discard (Timer *t) {
  if (t->prev) t->prev->next = t->next; else t->p->timers = t->next;
  if (t->next) t->next->prev = t->prev;
  memory_givefor(&t->p->outside, t, sizeof(Timer));
}

void timer_stop (Timer *t) {
  leaveheap(t);
  discard(t);
}

int timer_isperiodic (const Timer *t) {
  return t->period > 0;
}

void timer_stopothers (Process *p, const Timer *keep) {
  for (Timer *t = p->timers, *next; t != NULL; t = next) {
    next = t->next;
    if (t != keep) timer_stop(t);
  }
}

void timer_fire (int most) {
  double now;
  if (heap.count == 0) return;
  now = host_now();
  while (heap.count > 0 && heap.timers[0]->deadline <= now && most-- > 0) {
    Timer *t = heap.timers[0];
    t->due(t->owner);
    if (t->period > 0) {
      t->deadline += t->period;
      if (t->deadline < now) t->deadline = now + t->period;  /* ticks that nobody could take are dropped */
      sink(0, t);
    }
    else timer_stop(t);
  }
}

double timer_next (void) {
  double left;
  if (heap.count == 0) return -1;
  left = heap.timers[0]->deadline - host_now();
  return left > 0 ? left : 0;
}
