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
#include "values.h"

#define MAXDEPTH  128

/* bytes that are copied in about the time of a step */
#define BYTESPERSTEP  16

/* what the smallest value takes */
#define VALUESTEPS  8

/* How each value begins. */
enum Tag {
  T_NIL, T_FALSE, T_TRUE,
  T_BYTE,  /* int8 */
  T_INTEGER,  /* int64 */
  T_FLOAT,  /* double */
  T_SHORT,  /* uint8 length, bytes */
  T_LONG,  /* uint32 length, bytes */
  T_FROZEN,  /* address of a TString */
  T_TABLE,  /* uint32 array, uint32 fields, uint8 has a metatable, [metatable,] array, fields */
  T_AGAIN,  /* uint32: the n-th table of this value, counted from 0 as they began */
  T_OBJECT  /* uint8 kind, a value: the state of a userdata */
};

Writer values_writer;

void writer_reset (Writer *w) {
  w->length = 0;
}

void writer_free (Writer *w) {
  memory_give(w->bytes, w->size);
  *w = (Writer){ NULL, 0, 0 };
}

static void grow (Writer *w, size_t more) {
  size_t size = w->size ? w->size * 2 : 1024;
  char *fresh;
  while (size < w->length + more) size *= 2;
  fresh = memory_take(size);
  if (fresh == NULL) __builtin_trap();  /* the module's own memory is used up: the lane is lost */
  if (w->length > 0) memcpy(fresh, w->bytes, w->length);
  memory_give(w->bytes, w->size);
  w->bytes = fresh;
  w->size = size;
}

static inline char *room (Writer *w, size_t more) {
  if (w->size - w->length < more) grow(w, more);
  return w->bytes + w->length;
}

void writer_bytes (Writer *w, const void *bytes, size_t length) {
  if (length == 0) return;
  memcpy(room(w, length), bytes, length);
  w->length += length;
}

static inline void tagged (Writer *w, enum Tag tag, const void *bytes, size_t length) {
  char *at = room(w, length + 1);
  at[0] = (char)tag;
  memcpy(at + 1, bytes, length);
  w->length += length + 1;
}

static inline void bare (Writer *w, enum Tag tag) {
  *room(w, 1) = (char)tag;
  w->length++;
}

void write_nil (Writer *w) { bare(w, T_NIL); }

void write_boolean (Writer *w, int value) { bare(w, value ? T_TRUE : T_FALSE); }

void write_integer (Writer *w, int64_t value) {
  int8_t byte = (int8_t)value;
  if (byte == value) tagged(w, T_BYTE, &byte, 1);
  else tagged(w, T_INTEGER, &value, sizeof value);
}

void write_number (Writer *w, double value) { tagged(w, T_FLOAT, &value, sizeof value); }

void write_string (Writer *w, const char *text, size_t length) {
  if (length < 256) {
    uint8_t count = (uint8_t)length;
    tagged(w, T_SHORT, &count, 1);
  }
  else {
    uint32_t count = (uint32_t)length;
    tagged(w, T_LONG, &count, sizeof count);
  }
  writer_bytes(w, text, length);
}

static void tablehead (Writer *w, uint32_t array, uint32_t fields, uint8_t meta) {
  char *at = room(w, 10);
  at[0] = T_TABLE;
  memcpy(at + 1, &array, 4);
  memcpy(at + 5, &fields, 4);
  at[9] = (char)meta;
  w->length += 10;
}

void write_table (Writer *w, uint32_t fields) { tablehead(w, 0, fields, 0); }

void write_again (Writer *w, uint32_t number) { tagged(w, T_AGAIN, &number, sizeof number); }

void write_object (Writer *w, ValueKind kind) {
  uint8_t byte = (uint8_t)kind;
  tagged(w, T_OBJECT, &byte, 1);
}

/* {====================================================== tables met before */

/* Which tables the value that is being written has met: an open hash by address, emptied by a new 'round'. */
static struct {
  struct Seen { const Table *table; uint32_t round, number; } *slots;
  size_t size;  /* a power of two */
  uint32_t count, round;
  uint32_t base;  /* the number of the first */
} seen;

static inline size_t slotof (const Table *t) {
  return ((size_t)t >> 4) * 0x9E3779B1u & (seen.size - 1);
}

static void growseen (void) {
  size_t oldsize = seen.size;
  struct Seen *old = seen.slots;
  seen.size = oldsize ? oldsize * 2 : 64;
  seen.slots = memory_take(seen.size * sizeof(struct Seen));
  if (seen.slots == NULL) __builtin_trap();
  memset(seen.slots, 0, seen.size * sizeof(struct Seen));
  for (size_t i = 0; i < oldsize; i++) {
    size_t at;
    if (old[i].round != seen.round) continue;
    for (at = slotof(old[i].table); seen.slots[at].round == seen.round; at = (at + 1) & (seen.size - 1)) ;
    seen.slots[at] = old[i];
  }
  memory_give(old, oldsize * sizeof(struct Seen));
}

static void forgetseen (void) {
  seen.count = 0;
  if (++seen.round == 0) {  /* after 4 billion values an old mark could look new */
    memset(seen.slots, 0, seen.size * sizeof(struct Seen));
    seen.round = 1;
  }
}

/* The number of a table that was met before, or -1: then it is from now on. */
static int64_t meet (const Table *t) {
  size_t at;
  if (seen.count * 2 >= seen.size) growseen();
  for (at = slotof(t); seen.slots[at].round == seen.round; at = (at + 1) & (seen.size - 1))
    if (seen.slots[at].table == t) return seen.slots[at].number;
  seen.slots[at] = (struct Seen){ t, seen.round, seen.base + seen.count++ };
  return -1;
}

/* }====================================================== */

/* {====================================================== writing a value */

typedef struct Walk {
  Writer *w;
  lua_State *L;
  Reach reach;
  size_t limit;
} Walk;

static l_noret refuse (Walk *walk, const char *type) {
  luaL_error(walk->L, "value of type %s cannot be sent", type);
  __builtin_unreachable();
}

static void walkvalue (Walk *walk, const TValue *o, int depth);

static inline int named (const Walk *walk, const TString *s) {
  return walk->reach != PORTABLE && isfrozen(s) && (walk->reach == SAMECODE || heap_isbase(s));
}

static l_noret toolarge (Walk *walk) {
  luaL_error(walk->L, "a value larger than its limit of bytes cannot be sent");
  __builtin_unreachable();
}

static void walkstring (Walk *walk, const TString *s) {
  luaN_charge(tsslen(s) / BYTESPERSTEP);  /* here: what is refused in the end was written too */
  if (l_unlikely(walk->w->length > walk->limit || tsslen(s) > walk->limit - walk->w->length)) toolarge(walk);
  if (named(walk, s)) tagged(walk->w, T_FROZEN, &s, sizeof s);
  else write_string(walk->w, getstr(s), tsslen(s));
}

static void walktable (Walk *walk, const Table *t, int depth) {
  Writer *w = walk->w;
  uint32_t array = luaH_realasize(t), fields = 0;
  int64_t number = meet(t);
  size_t head = w->length;
  if (number >= 0) {
    write_again(w, (uint32_t)number);
    return;
  }
  if (depth >= MAXDEPTH) luaL_error(walk->L, "a value nested deeper than %d tables cannot be sent", MAXDEPTH);
  while (array > 0 && isempty(&t->array[array - 1])) array--;
  tablehead(w, array, 0, t->metatable != NULL);
  if (t->metatable != NULL) {
    TValue meta;
    sethvalue(walk->L, &meta, t->metatable);
    walkvalue(walk, &meta, depth + 1);
  }
  for (uint32_t i = 0; i < array; i++) walkvalue(walk, &t->array[i], depth + 1);
  for (int i = 0; i < sizenode(t); i++) {
    Node *n = gnode(t, i);
    if (!isempty(gval(n))) {
      TValue key;
      getnodekey(walk->L, &key, n);
      walkvalue(walk, &key, depth + 1);
      walkvalue(walk, gval(n), depth + 1);
      fields++;
    }
  }
  memcpy(w->bytes + head + 5, &fields, 4);
}

static void walkobject (Walk *walk, const TValue *o, int depth) {
  const Udata *u = uvalue(o);
  int kind = heap_kindof(u);
  if (kind == 0) refuse(walk, luaT_objtypename(walk->L, o));
  write_object(walk->w, (ValueKind)kind);
  walkvalue(walk, &u->uv[0].uv, depth + 1);
}

static void walkvalue (Walk *walk, const TValue *o, int depth) {
  Writer *w = walk->w;
  if (l_unlikely(w->length > walk->limit))
    toolarge(walk);
  switch (ttypetag(o)) {
    case LUA_VNIL: case LUA_VEMPTY: case LUA_VABSTKEY: bare(w, T_NIL); break;
    case LUA_VFALSE: bare(w, T_FALSE); break;
    case LUA_VTRUE: bare(w, T_TRUE); break;
    case LUA_VNUMINT: write_integer(w, ivalue(o)); break;
    case LUA_VNUMFLT: write_number(w, fltvalue(o)); break;
    case LUA_VSHRSTR: case LUA_VLNGSTR: walkstring(walk, tsvalue(o)); break;
    case LUA_VTABLE: walktable(walk, hvalue(o), depth); break;
    case LUA_VUSERDATA: walkobject(walk, o, depth); break;
    default: refuse(walk, luaT_typenames_[ttype(o) + 1]);
  }
}

void write_value (Writer *w, lua_State *L, int index, Reach reach, size_t limit) {
  write_part(w, L, index, reach, limit, 0);
}

void write_part (Writer *w, lua_State *L, int index, Reach reach, size_t limit, uint32_t tables) {
  Walk walk = { w, L, reach, limit };
  size_t begin = w->length;
  forgetseen();
  seen.base = tables;
  lua_pushvalue(L, index);
  walk.limit += begin;
  walkvalue(&walk, s2v(L->top - 1), 0);
  lua_pop(L, 1);
  luaN_charge(VALUESTEPS + (w->length - begin) / BYTESPERSTEP);
}

/* }====================================================== */

/* {====================================================== reading a value */

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

/* }====================================================== */

void write_detached (Writer *w, const char *at, size_t length) {
  const char *end = at + length;
  while (at < end) {
    size_t size;
    switch (*at) {
      case T_BYTE: size = 2; break;
      case T_INTEGER: case T_FLOAT: size = 9; break;
      case T_SHORT: size = 2 + (uint8_t)at[1]; break;
      case T_LONG: {
        uint32_t count;
        memcpy(&count, at + 1, sizeof count);
        size = 5 + count;
        break;
      }
      case T_TABLE: size = 10; break;
      case T_AGAIN: size = 5; break;
      case T_OBJECT: size = 2; break;
      case T_FROZEN: {
        TString *s;
        memcpy(&s, at + 1, sizeof s);
        write_string(w, getstr(s), tsslen(s));
        at += 1 + sizeof s;
        continue;
      }
      default: size = 1;
    }
    writer_bytes(w, at, size);
    at += size;
  }
}
