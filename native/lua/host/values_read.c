/* Values that come from another heap: see values.h. */
#define LUA_CORE
#include "lprefix.h"
#include "lua.h"
#include "lauxlib.h"
#include "lapi.h"
#include "ldebug.h"
#include "ldo.h"
#include "lgc.h"
#include "lobject.h"
#include "lstate.h"
#include "lstring.h"
#include "ltable.h"
#include "ltm.h"

#include <string.h>

#include "heap.h"
#include "lane.h"
#include "memory.h"
#include "value_tags.h"
#include "values.h"

/* The tables of the value that is being read, in the order they began; each is reachable from the stack meanwhile. */
static struct {
  Table **tables;
  size_t size;
  uint32_t count;
} read;

static void remember (Table *t) {
  if (read.count == read.size) {
    size_t size = read.size ? read.size * 2 : 64;
    Table **fresh = memory_take(size * sizeof(Table *));
    if (fresh == NULL) __builtin_trap();
    if (read.count > 0) memcpy(fresh, read.tables, read.count * sizeof(Table *));
    memory_give(read.tables, read.size * sizeof(Table *));
    read.tables = fresh;
    read.size = size;
  }
  read.tables[read.count++] = t;
}

static const char *readvalue (lua_State *L, const char *at);

static void pushbytes (lua_State *L, const char *text, size_t length) {
  TString *s = luaS_newlstr(L, text, length);
  setsvalue2s(L, L->top, s);
  api_incr_top(L);
}

static const char *readtable (lua_State *L, const char *at) {
  uint32_t array, fields;
  int meta = at[8];
  Table *t = luaH_new(L);
  memcpy(&array, at, 4);
  memcpy(&fields, at + 4, 4);
  at += 9;
  sethvalue2s(L, L->top, t);
  api_incr_top(L);
  remember(t);
  if (array > 0 || fields > 0) luaH_resize(L, t, array, fields);
  if (meta) {
    at = readvalue(L, at);
    t->metatable = hvalue(s2v(L->top - 1));
    luaC_objbarrier(L, t, t->metatable);
    L->top--;
  }
  for (uint32_t i = 0; i < array; i++) {
    at = readvalue(L, at);
    setobj2t(L, &t->array[i], s2v(L->top - 1));
    luaC_barrierback(L, obj2gco(t), s2v(L->top - 1));
    L->top--;
  }
  while (fields-- > 0) {
    at = readvalue(L, at);
    at = readvalue(L, at);
    luaH_set(L, t, s2v(L->top - 2), s2v(L->top - 1));
    luaC_barrierback(L, obj2gco(t), s2v(L->top - 1));
    L->top -= 2;
  }
  invalidateTMcache(t);  /* it may be a metatable */
  return at;
}

static const char *readobject (lua_State *L, const char *at) {
  int kind = *at++;
  lua_newuserdatauv(L, 0, 1);
  at = readvalue(L, at);
  lua_setiuservalue(L, -2, 1);
  heap_setkind(L, kind);
  return at;
}

static const char *readvalue (lua_State *L, const char *at) {
  if (L->stack_last - L->top < 8) luaD_growstack(L, 16, 1);
  switch (*at++) {
    case T_NIL: setnilvalue(s2v(L->top)); api_incr_top(L); break;
    case T_FALSE: setbfvalue(s2v(L->top)); api_incr_top(L); break;
    case T_TRUE: setbtvalue(s2v(L->top)); api_incr_top(L); break;
    case T_BYTE: setivalue(s2v(L->top), (int8_t)*at++); api_incr_top(L); break;
    case T_INTEGER: {
      int64_t value;
      memcpy(&value, at, sizeof value);
      setivalue(s2v(L->top), value);
      api_incr_top(L);
      at += sizeof value;
      break;
    }
    case T_FLOAT: {
      double value;
      memcpy(&value, at, sizeof value);
      setfltvalue(s2v(L->top), value);
      api_incr_top(L);
      at += sizeof value;
      break;
    }
    case T_SHORT: {
      size_t length = (uint8_t)*at++;
      pushbytes(L, at, length);
      at += length;
      break;
    }
    case T_LONG: {
      uint32_t length;
      memcpy(&length, at, sizeof length);
      at += sizeof length;
      pushbytes(L, at, length);
      at += length;
      break;
    }
    case T_FROZEN: {
      TString *s;
      memcpy(&s, at, sizeof s);
      setsvalue2s(L, L->top, s);
      api_incr_top(L);
      at += sizeof s;
      break;
    }
    case T_TABLE: at = readtable(L, at); break;
    case T_AGAIN: {
      uint32_t number;
      memcpy(&number, at, sizeof number);
      sethvalue2s(L, L->top, read.tables[number]);
      api_incr_top(L);
      at += sizeof number;
      break;
    }
    case T_OBJECT: at = readobject(L, at); break;
    default: __builtin_trap();  /* bytes come from a writer of ours only */
  }
  return at;
}

const char *read_value (lua_State *L, const char *bytes) {
  const char *end;
  read.count = 0;
  end = readvalue(L, bytes);
  luaN_charge(VALUESTEPS + (end - bytes) / BYTESPERSTEP);
  return end;
}
