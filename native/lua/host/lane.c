/* What the patched virtual machine asks of its host: see lane.h. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "ldebug.h"
#include "ldo.h"
#include "lopcodes.h"
#include "lstate.h"

#include "host_calls.h"
#include "lane.h"
#include "memory.h"
#include "process.h"

/* steps that calls may take which cannot be stopped, such as a finalizer's, and what of one of them counts: not a whole collection */
#define MAXSTUCK  1000000
#define MAXSTUCKATONCE  80000

/* full collections at the limit, each followed by a success, before it counts as the end */
#define MAXRESCUES  100

/* the steps that a loop of a library can take at least whenever it goes on */
#define REGAINED  1000

int luaN_budget;
int lane_granted;
int luaN_systemyield;
int luaN_maxsteps = 500000;
ptrdiff_t luaN_gcfloor = 8192;
struct global_State *luaN_frozen[2];

int luaN_stoppable (lua_State *L) {
  for (; L != NULL; L = L->resumer)
    if (!lua_isyieldable(L)) return 0;
  return 1;
}

/* True: stop; false: go on, with a fresh slice on the account of the process. */
static int mustleave (lua_State *L) {
  Process *p = lane_running;
  int used;
  if (p == NULL) {  /* the lane's own work, such as compiling */
    luaN_budget = lane_slice;
    return 0;
  }
  if (p->doom != NULL) {  /* it caught its own end: again */
    lua_pushstring(L, p->doom);
    lua_error(L);
  }
  if (luaN_stoppable(L)) return 1;
  used = lane_granted - luaN_budget;
  p->stuck += (uint32_t)(used < MAXSTUCKATONCE ? used : MAXSTUCKATONCE);
  if (p->stuck > MAXSTUCK)
    luaN_overrun(L, "a call that cannot be interrupted took too long");
  lane_granted = luaN_budget = lane_slice;
  return 0;
}

int luaN_expired (lua_State *L) {
  CallInfo *ci = L->ci;
  if (!mustleave(L)) return 0;
  if (!isIT(*ci->u.l.savedpc))  /* does the next instruction not use the top? */
    L->top = ci->top;
  L->status = LUA_YIELD;
  ci->u2.nyield = 0;
  luaN_systemyield = 1;
  if (L->nCcalls != L->baseCcalls) luaD_throw(L, LUA_YIELD);
  return 1;
}

int luaN_mustpause (lua_State *L) {
  return mustleave(L);
}

void luaN_regain (void) {
  int least = lane_slice < REGAINED ? lane_slice : REGAINED;
  if (luaN_budget >= least) return;
  lane_granted += least - luaN_budget;
  luaN_budget = least;
}

int luaN_pausek (lua_State *L, lua_KContext ctx, lua_KFunction k) {
  luaN_systemyield = 1;
  return lua_yieldk(L, 0, ctx, k);
}

void luaN_overrun (lua_State *L, const char *what) {
  if (lane_running != NULL) process_doom(lane_running, what);
  luaN_budget = -1;
  luaL_error(L, "%s", what);
}

int luaN_maycollect (void *ud, size_t size) {
  Account *account = ud;
  if (size > account->limit) return 0;  /* no garbage can make room for that */
  if (lane_running != NULL && account == &lane_running->account && ++lane_running->rescues > MAXRESCUES) {
    process_doom(lane_running, "not enough memory");
    luaN_budget = -1;
    return 0;
  }
  return 1;
}

lua_State *luaN_resumer (lua_State *co) {
  return co->resumer;
}

int luaN_isbase (lua_State *co) {
  if (co == G(co)->mainthread) return 1;
  return lane_running != NULL && lane_running->current != NULL && lane_running->current->L == co;
}

void *luaN_randomstate (void) {
  static uint64_t own[4];  /* of the lane's own work */
  return lane_running != NULL ? lane_running->random : own;
}

/* SplitMix64, begun at the time of day: good enough to tell processes apart, and no secret. */
unsigned long long luaN_randomseed (void) {
  static uint64_t state;
  uint64_t mixed;
  if (state == 0) state = (uint64_t)(host_wall() * 1e3) ^ (uint64_t)(host_now() * 1e6) << 20;
  mixed = state += 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EBu;
  return mixed ^ mixed >> 31;
}
