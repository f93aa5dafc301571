/* Coroutines of a process that wait until something happens: a receive, a send, a select. */
#ifndef wait_h
#define wait_h

#include "lua.h"
#include "mailbox.h"
#include "process.h"

typedef struct Waiter Waiter;

/* A case of a waiting fiber, in the queue of what it waits for. */
struct Waiter {
  Waiter *next, *prev;
  Queue *queue;  /* NULL: in none */
  Wait *wait;
};

/* A fiber that waits, from the call that parked it until it goes on. */
struct Wait {
  Wait *next, *prev;  /* all of its process */
  Process *p;
  Fiber *fiber;
  lua_State *L;  /* the coroutine that waits: results go onto its stack */
  int count;
  int fired;  /* the case that was served by another coroutine, or -1: look again */
  int values;  /* where on the stack of L the first case stands whose value another coroutine takes; 0: there is one, at 2 */
  uint8_t woken, broken;  /* broken: its channel was closed under a send */
  Waiter waiters[];
};

/* Raises an error in L where a coroutine cannot wait. */
void wait_check (lua_State *L);

/* A wait of the running fiber for 'count' cases, none of which is in a queue yet. On its memory. */
Wait *wait_new (lua_State *L, int count);
void wait_free (Wait *wait);

void wait_for (Wait *wait, int i, Queue *q);

/* The same in front of those that wait already. */
void wait_first (Wait *wait, int i, Queue *q);

/* Stops the running fiber until one of its cases is served or may be. */
int wait_park (lua_State *L, Wait *wait, lua_KFunction k);

/* The fiber goes on: this case was served. */
void wait_fire (Waiter *w);

/* Lets the first that is not woken yet look again, or all of them. */
void wait_wakefirst (Queue *q);
void wait_wakeall (Queue *q);

/* Lets all look again, and forgets them: the queue ends. */
void wait_release (Queue *q);

/* Forgets who waits. For a process that ends. */
void wait_forget (Process *p);

#endif
