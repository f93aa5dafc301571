/*
** Processes: each is a state of its own, with its own heap, collector and
** limits, that shares nothing but a frozen heap and talks by messages.
*/
#ifndef process_h
#define process_h

#include <stdint.h>

#include "lua.h"
#include "memory.h"

typedef struct Code Code;
typedef struct Process Process;

/* A thread of a process that the scheduler resumes: the first, or one of coroutine.spawn. */
typedef struct Fiber {
  lua_State *L;
  struct Fiber *nextready;
  int arguments;  /* on its stack, for its next resume */
  int anchor;  /* its reference in the registry; the first needs none */
} Fiber;

struct Process {
  Account account;  /* first: the allocator knows a process by it */
  uint64_t number;  /* unique for the life of the runtime */
  Process *nextbucket;
  Process *nextready;
  Code *code;
  Fiber first;
  Fiber *ready, *lastready;  /* fibers that can go on */
  const char *doom;  /* why it must end, once that is decided; it cannot catch it */
  uint32_t slices;
  uint16_t stuck;  /* slices of the call that cannot be stopped */
  uint16_t rescues;  /* collections that only the memory limit asked for */
  uint8_t isready;
  uint8_t isgone;  /* freed but for this, until the queue of the ready lets go of it */
};

/* The process whose code is running, NULL while the lane does its own work. */
extern Process *lane_running;

/* The steps of a slice. */
extern int lane_slice;

/* Decides that the process ends; it is told at its next step. 'why' is not copied. */
void process_doom (Process *p, const char *why);

/* A process with this number that lives here, or NULL. */
Process *process_find (uint64_t number);

/* A new process that has not begun: its function and 'arguments' are yet to be put on its stack. NULL: no memory. */
Process *process_new (uint64_t number, Code *code, size_t memorylimit);

/* Lets a fiber of the process go on at its next turn. */
void process_wake (Process *p, Fiber *f);

/* Frees everything of it. Nothing of it runs any more. */
void process_free (Process *p);

/*
** Runs ready processes, a slice each in turn, until none is ready or 'slices'
** are used up. Returns how many were.
*/
int process_run (int slices);

/* Called with each process whose first function has ended: LUA_OK and its results, or an error, on top of the stack. */
extern void (*process_ended) (Process *p, int status, int results);

#endif
