/*
** Processes: each is a state of its own, with its own heap, collector and
** limits, that shares nothing but a frozen heap and talks by messages.
*/
#ifndef process_h
#define process_h

#include <stdint.h>

#include "lua.h"
#include "mailbox.h"
#include "memory.h"
#include "pid.h"

typedef struct Code Code;
typedef struct Context Context;
typedef struct Edge Edge;
typedef struct Entry Entry;
typedef struct Host Host;
typedef struct Process Process;
typedef struct Remote Remote;
typedef struct Timer Timer;
typedef struct Upgrade Upgrade;
typedef struct Wait Wait;

/* A thread of a process that the scheduler resumes: the first, or one of coroutine.spawn. */
typedef struct Fiber {
  lua_State *L;
  struct Fiber *nextready;
  struct Fiber *nextfiber, *prevfiber;  /* of the process, but for the first */
  int arguments;  /* on its stack, for its next resume */
  int anchor;  /* its reference in the registry; the first needs none */
} Fiber;

struct Process {
  Account account;  /* first: the allocator knows a process by it */
  Account outside;  /* what the host keeps for it: coroutines, timers, waits */
  Pid pid;  /* its number is unique for the life of the runtime */
  Process *nextbucket;
  Process *nextready, *prevready;
  Code *code;
  const Entry *entry;
  Host *host;
  Fiber first;
  Fiber *fibers;  /* the others */
  Fiber *current;  /* the one that runs */
  Fiber *ready, *lastready;  /* those that can go on */
  Wait *waits;  /* of those that cannot */
  Timer *timers;
  uint32_t edgecount;
  Edge *edges;  /* links and monitors, its own and those of others for it */
  Remote *remotes;  /* the same with processes of other lanes */
  Mailbox mailbox;
  Context *context;  /* values that its children inherit, or NULL */
  Upgrade *upgrade;  /* what it is to become, once its step ends */
  Timer *deadline;  /* at which it must end */
  double deadlineat;
  const char *deadlinewhy;
  const char *doom;  /* why it must end, once that is decided; it cannot catch it */
  uint64_t random[4];  /* the state of math.random */
  uint32_t slices;
  uint32_t stuck;  /* steps of calls that cannot be stopped, in this slice */
  uint32_t awaited;  /* what its coroutines wait for that is no channel of its own */
  uint16_t names;  /* that it registered */
  int slice;  /* steps of its slices, when its steps are dear; 0: as many as everybody's */
  uint16_t rescues;  /* collections that only the memory limit asked for */
  uint8_t isready;
  uint8_t owes;  /* it took more than its share: its next turn comes when the others had theirs (ready.h) */
  uint8_t watched;  /* slices for which somebody still looks at the clock */
  uint8_t isgone;  /* freed but for this, until the queue of the ready lets go of it */
  uint8_t traplinks;  /* option: the failure of a linked process is an event, not its own end */
  uint8_t linkevents;  /* option: it is told of new links and of removed ones */
  uint8_t upgradable;  /* option: it is told when its entry has a new version */
  uint8_t whenfull;  /* option, a WhenFull: of its mailbox */
  uint8_t iswatched;  /* JavaScript is to know how it ends */
};

/* The process whose code is running, NULL while the lane does its own work. */
extern Process *lane_running;

/* The steps of a slice. */
extern int lane_slice;

/* Set by what stops the running fiber until something happens: it does not go on by itself. */
extern int lane_parked;

/* Decides that the process ends; it is told at its next step. 'why' is not copied. */
void process_doom (Process *p, const char *why);

/* Decides it and brings its turn about: a process that waits ends as well. */
void process_end (Process *p, const char *why);

/* A coroutine that the scheduler resumes like the first; its function is yet to be put on its stack. */
Fiber *fiber_new (Process *p, lua_State *L);

/* The process that a PID as text means, if it lives here, or NULL. */
Process *process_named (const char *pid, size_t length);

/* A process with this number that lives here, or NULL. */
Process *process_find (uint64_t number);

/* A new process that has not begun: its function and 'arguments' are yet to be put on its stack. NULL: no memory. */
Process *process_new (Pid pid, Code *code, size_t memorylimit);

/* Lets a fiber of the process go on at its next turn. */
void process_wake (Process *p, Fiber *f);

/* Decides it now for later: unless it has ended by then. Of several deadlines the first counts. */
void process_endafter (Process *p, double delayms, const char *why);

/*
** Gives the process that has just yielded another state, with its first function on the stack: it has none of its coroutines
** and timers any more, but its deadline. False: not enough memory, and nothing has changed.
*/
int process_replace (Process *p, Code *code);

/* Calls 'each' with all processes of the lane, which it may end but not free. */
void process_each (void (*each) (Process *p, void *ud), void *ud);

size_t process_count (void);

/* Nobody finds it by its number any more. */
void process_forget (Process *p);

/* Frees everything of it. Nothing of it runs any more. */
void process_free (Process *p);

/*
** Runs ready processes, a slice each in turn, until none is ready or 'slices'
** are used up. Returns how many were.
*/
int process_run (int slices);

/* Nothing can wake it any more, though it has not ended? */
int process_isdeadlocked (const Process *p);

/*
** Called with each process that has ended: LUA_OK with the results of its
** first function on the stack of that, or an error, which is 'why' or, when
** that is NULL, lies on top of that stack.
*/
extern void (*process_ended) (Process *p, int status, int results, const char *why);

/* Called with a process whose 'upgrade' is set when its step is over. False: it has ended. */
extern int (*process_upgraded) (Process *p);

#endif
