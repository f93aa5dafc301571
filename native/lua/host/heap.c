#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lualib.h"
#include "lapi.h"
#include "ldo.h"
#include "lfunc.h"
#include "lgc.h"
#include "lobject.h"
#include "lstate.h"

#include <string.h>

#include "heap.h"
#include "lane.h"
#include "values.h"

/* what the libraries, or the compiled code of one unit, may take */
#define HEAPLIMIT  ((size_t)64 << 20)

struct Code {
  Account account;  /* first: the allocator knows it by that */
  lua_State *L;
  Proto *function;
  int holders;
};

static struct {
  Account account;
  lua_State *L;
  Table *metas[VALUE_KINDS];  /* of the userdata that are values */
  Table *loaded;  /* the modules of the libraries, by name */
  Table *globalsmeta;  /* the metatable of every process's globals: reads the base's */
} base;

/* An age has no other use in a frozen heap: it tells the base from the heaps on top of it. */
#define BASEAGE  G_OLD

static void freezelist (GCObject *o, int age) {
  for (; o != NULL; o = o->next) o->marked = (lu_byte)(bitmask(BLACKBIT) | bitmask(FROZENBIT) | age);
}

/* Makes everything of a state black for ever, and stops its collector. */
static void freeze (lua_State *L, int age) {
  global_State *g = G(L);
  luaC_fullgc(L, 0);
  g->gcstp = GCSTPGC;
  lua_assert(g->finobj == NULL && g->tobefnz == NULL);
  freezelist(g->allgc, age);
  freezelist(g->fixedgc, age);
}

/*
** What a process reads as a global and has not set lies in the base; what is
** not there either is asked here. _G is its own table, not the base's.
*/
static int missing (lua_State *L) {
  size_t length;
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &length) : NULL;
  if (name == NULL || length != 2 || memcmp(name, "_G", 2) != 0) return 0;
  lua_pushglobaltable(L);
  return 1;
}

static void hideglobals (lua_State *L) {
  lua_pushglobaltable(L);
  lua_pushnil(L);
  lua_setfield(L, -2, "_G");
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, missing);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
  lua_pop(L, 1);
}

void heap_begin (lua_CFunction open) {
  base.account.limit = HEAPLIMIT;
  base.L = lua_newstate(memory_alloc, &base.account);
  lua_pushcfunction(base.L, open);
  lua_call(base.L, 0, 0);
  luaL_getsubtable(base.L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  base.loaded = hvalue(s2v(base.L->top - 1));
  hideglobals(base.L);
  lua_createtable(base.L, 0, 2);
  lua_pushglobaltable(base.L);
  lua_setfield(base.L, -2, "__index");
  lua_pushboolean(base.L, 0);
  lua_setfield(base.L, -2, "__metatable");
  base.globalsmeta = hvalue(s2v(base.L->top - 1));
  freeze(base.L, BASEAGE);
  luaN_frozen[0] = G(base.L);
}

Code *heap_compile (const char *name, const char *source, size_t length, char *message, size_t messagesize) {
  Code *code = memory_take(sizeof(Code));
  if (code == NULL) return NULL;
  memset(code, 0, sizeof(Code));
  code->account.limit = HEAPLIMIT;
  code->holders = 1;
  luaN_frozen[1] = NULL;
  code->L = lua_newstate(memory_alloc, &code->account);
  if (code->L == NULL) strncpy(message, "not enough memory", messagesize);
  else if (luaL_loadbufferx(code->L, source, length, name, "t") != LUA_OK) {
    strncpy(message, lua_tostring(code->L, -1), messagesize - 1);
    message[messagesize - 1] = '\0';
  }
  else {
    code->function = clLvalue(s2v(code->L->top - 1))->p;
    freeze(code->L, G_NEW);
    return code;
  }
  heap_release(code);
  return NULL;
}

void heap_hold (Code *code) {
  code->holders++;
}

void heap_release (Code *code) {
  if (--code->holders > 0) return;
  if (code->L != NULL) luaE_discard(code->L);
  memory_give(code, sizeof(Code));
}

static void pushfunction (lua_State *L, Code *code) {
  Table *globals = hvalue(&hvalue(&G(L)->l_registry)->array[LUA_RIDX_GLOBALS - 1]);
  LClosure *function = luaF_newLclosure(L, code->function->sizeupvalues);
  function->p = code->function;
  setclLvalue2s(L, L->top, function);
  api_incr_top(L);
  luaF_initupvals(L, function);
  globals->metatable = base.globalsmeta;
  if (function->nupvalues >= 1) {  /* _ENV */
    sethvalue(L, function->upvals[0]->v, globals);
    luaC_barrier(L, function, function->upvals[0]->v);
  }
}

static void begin (lua_State *L, void *code) {
  pushfunction(L, code);
}

lua_State *heap_newstate (Code *code, Account *account) {
  lua_State *L;
  luaN_frozen[1] = G(code->L);
  L = lua_newstate(memory_alloc, account);
  luaN_frozen[1] = NULL;
  if (L == NULL) return NULL;
  G(L)->mt[LUA_TSTRING] = G(base.L)->mt[LUA_TSTRING];
  luaE_setdebt(G(L), -luaN_gcfloor);
  if (luaD_rawrunprotected(L, begin, code) != LUA_OK) {
    luaE_discard(L);
    return NULL;
  }
  heap_hold(code);
  return L;
}

int heap_isbase (const TString *s) {
  return (s->marked & AGEBITS) == BASEAGE;
}

int heap_kindof (const Udata *u) {
  for (int kind = 1; kind < VALUE_KINDS; kind++)
    if (u->metatable != NULL && u->metatable == base.metas[kind]) return kind;
  return 0;
}

void heap_setkind (lua_State *L, int kind) {
  uvalue(s2v(L->top - 1))->metatable = base.metas[kind];
}

void heap_meta (lua_State *L, int kind) {
  lua_pushvalue(L, -1);
  luaL_ref(L, LUA_REGISTRYINDEX);
  base.metas[kind] = hvalue(s2v(L->top - 1));
}

void luaN_pushloaded (lua_State *L) {
  sethvalue2s(L, L->top, base.loaded);
  api_incr_top(L);
}
