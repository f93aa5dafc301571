/*
** What the patched virtual machine asks of its host, and offers it. One
** instance of the module runs one process at a time, so the accounts of the
** running process are plain variables.
*/
#ifndef lane_h
#define lane_h

#include <stddef.h>
#include "lua.h"

struct global_State;

/* Steps that are left of the slice. A step is a call, a jump back, or about as much work of a library. */
extern int luaN_budget;

/* The steps of which the budget is what is left. */
extern int lane_granted;

/* The host, not the program, stopped the running process: coroutines on the way out stay as they are. */
extern int luaN_systemyield;

/* The steps that a single attempt to match a pattern may take. */
extern int luaN_maxsteps;

/* How many bytes a heap may grow before its collector looks at it, at least. */
extern ptrdiff_t luaN_gcfloor;

/* The frozen heaps that the next new state shares. The second may only be there with the first. */
extern struct global_State *luaN_frozen[2];

#define luaN_charge(n)  ((void)(luaN_budget -= (int)(n)))

/*
** For a loop of a library before its next round of 'n' steps: must it stop
** and go on later? If so it puts what it needs on the stack and returns
** luaN_pause(L, k).
*/
#define luaN_due(L,n) \
  (luaN_budget < 0 ? luaN_mustpause(L) : (luaN_charge(n), 0))

/* For a loop that has just gone on: what it took to do so must not be all that its slice is for. */
void luaN_regain (void);

#define luaN_pause(L,k)  luaN_pausek(L, 0, k)

int luaN_pausek (lua_State *L, lua_KContext ctx, lua_KFunction k);

/* The slice is used up. True: the thread has yielded and its C frame must be left at once. */
int luaN_expired (lua_State *L);

/* The slice is used up in a loop of a library. True: it must pause; false: it cannot here, and goes on. */
int luaN_mustpause (lua_State *L);

/* Something that cannot be stopped took too long: ends the process. */
void luaN_overrun (lua_State *L, const char *what);

/* May the thread, and everybody who waits for it in a resume, be stopped here? */
int luaN_stoppable (lua_State *L);

/* An allocation failed: is it worth while to collect garbage and to try again? */
int luaN_maycollect (void *account, size_t size);

/* Pushes the message of the error object at 'index'. False: it is none, and nothing is pushed. */
int luaN_pushmessage (lua_State *L, int index);

/* The four words behind math.random, of the process that runs; 0 before their first use. */
void *luaN_randomstate (void);
unsigned long long luaN_randomseed (void);

/* Who resumed a coroutine, NULL for one that runs by itself or waits for a resume. */
lua_State *luaN_resumer (lua_State *co);

/* Pushes the table of loaded modules, where functions are looked up by their names. */
void luaN_pushloaded (lua_State *L);

/* Is it a thread that the scheduler resumes, so that no coroutine of its process waits for it? */
int luaN_isbase (lua_State *co);

#endif
