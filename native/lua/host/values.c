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

#define MAXDEPTH  128

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
