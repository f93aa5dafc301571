/*
** JSON (RFC 8259). Encoding: a table with the keys 1..n is an array, one with
** texts as keys an object with its fields in order, an empty one an array. A
** field whose value is nil is not there; nil itself is null.
*/
#include "lua.h"
#include "lauxlib.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "lane.h"
#include "lib_json.h"
#include "libraries.h"
#include "utf8_check.h"
#include "values.h"

typedef struct Encoder {
  lua_State *L;
  Writer *w;
  const char *wrong;  /* why it cannot be encoded */
} Encoder;

typedef struct Field {
  const char *name;
  size_t length;
} Field;

static Writer text;  /* what is being written */

/* what of that stays for the next, in bytes */
#define KEPT  ((size_t)1 << 20)

static int encode (Encoder *e, int depth);

static int refuse (Encoder *e, const char *why) {
  e->wrong = why;
  return 0;
}

static void put (Encoder *e, const char *bytes, size_t length) { writer_bytes(e->w, bytes, length); }

static int encodestring (Encoder *e, const char *bytes, size_t length) {
  size_t begun = 0, i = 0;
  if (e->w->length + length > JSONMAX) return refuse(e, "the document is larger than 16 MiB");
  put(e, "\"", 1);
  while (i < length) {
    unsigned char c = (unsigned char)bytes[i];
    char escaped[8] = { '\\' };
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    const char *name = c < 0x20 || c == '"' || c == '\\' ? names : NULL;
    if (name == NULL) {
      size_t more = utf8_check((const unsigned char *)bytes + i, length - i);
      if (more == 0) return refuse(e, "a text is no UTF-8: encode bytes with base64 first");
      i += more;
      continue;
    }
    put(e, bytes + begun, i - begun);
    while (*name != '\0' && (unsigned char)*name != c) name += 2;
    if (*name != '\0') {
      escaped[1] = name[1];
      put(e, escaped, 2);
    }
    else put(e, escaped, (size_t)snprintf(escaped, sizeof escaped, "\\u%04x", c));
    begun = ++i;
  }
  put(e, bytes + begun, length - begun);
  put(e, "\"", 1);
  return 1;
}

/* The shortest of the usual forms that reads as the same number. */
static int encodenumber (Encoder *e, lua_Number n) {
  char written[32];
  int length = 0;
  if (!isfinite(n)) return refuse(e, "a number is infinite or no number");
  if (n == floor(n) && fabs(n) < 1e15) length = snprintf(written, sizeof written, "%.0f", n);
  else for (int digits = 15; digits <= 17; digits++) {
    length = snprintf(written, sizeof written, "%.*g", digits, n);
    if (strtod(written, NULL) == n) break;
  }
  put(e, written, (size_t)length);
  return 1;
}

static int byname (const void *a, const void *b) {
  const Field *x = a, *y = b;
  size_t length = x->length < y->length ? x->length : y->length;
  int order = memcmp(x->name, y->name, length);
  return order != 0 ? order : (x->length > y->length) - (x->length < y->length);
}

/* The table is on top. */
static int encodearray (Encoder *e, size_t n, int depth) {
  put(e, "[", 1);
  for (size_t i = 1; i <= n; i++) {
    if (i > 1) put(e, ",", 1);
    lua_rawgeti(e->L, -1, (lua_Integer)i);
    if (!encode(e, depth)) return 0;
    lua_pop(e->L, 1);
  }
  put(e, "]", 1);
  return 1;
}

static int encodeobject (Encoder *e, size_t n, int depth) {
  lua_State *L = e->L;
  Field *fields = lua_newuserdatauv(L, n * sizeof(Field), 0);  /* the names stay where they are: the table holds them */
  size_t i = 0;
  for (lua_pushnil(L); lua_next(L, -3); lua_pop(L, 1), i++) fields[i].name = lua_tolstring(L, -2, &fields[i].length);
  qsort(fields, n, sizeof(Field), byname);
  put(e, "{", 1);
  for (i = 0; i < n; i++) {
    if (i > 0) put(e, ",", 1);
    if (!encodestring(e, fields[i].name, fields[i].length)) return 0;
    put(e, ":", 1);
    lua_pushlstring(L, fields[i].name, fields[i].length);
    lua_rawget(L, -3);
    if (!encode(e, depth)) return 0;
    lua_pop(L, 1);
  }
  put(e, "}", 1);
  lua_pop(L, 1);
  return 1;
}

static int encodetable (Encoder *e, int depth) {
  lua_State *L = e->L;
  size_t integers = 0, texts = 0;
  lua_Integer last = 0;
  if (depth >= JSONDEPTH) return refuse(e, "nested deeper than 128 tables, or in a circle");
  luaL_checkstack(L, 8, "too many tables");
  for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING) texts++;
    else if (lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1) {
      integers++;
      if (lua_tointeger(L, -2) > last) last = lua_tointeger(L, -2);
    }
    else return refuse(e, "the key of a table is neither a text nor a place in an array");
    luaN_charge(1);
  }
  if (texts > 0 && integers > 0) return refuse(e, "the keys of a table are texts and numbers");
  if (texts > 0) return encodeobject(e, texts, depth + 1);
  if ((size_t)last != integers) return refuse(e, "an array has holes");
  return encodearray(e, integers, depth + 1);
}

/* The value is on top and stays. */
static int encode (Encoder *e, int depth) {
  lua_State *L = e->L;
  if (e->w->length > JSONMAX) return refuse(e, "the document is larger than 16 MiB");
  switch (lua_type(L, -1)) {
    case LUA_TNIL: put(e, "null", 4); return 1;
    case LUA_TBOOLEAN: put(e, lua_toboolean(L, -1) ? "true" : "false", lua_toboolean(L, -1) ? 4 : 5); return 1;
    case LUA_TSTRING: {
      size_t length;
      const char *bytes = lua_tolstring(L, -1, &length);
      return encodestring(e, bytes, length);
    }
    case LUA_TNUMBER: {
      char written[24];
      if (!lua_isinteger(L, -1)) return encodenumber(e, lua_tonumber(L, -1));
      put(e, written, (size_t)snprintf(written, sizeof written, "%lld", (long long)lua_tointeger(L, -1)));
      return 1;
    }
    case LUA_TTABLE: return encodetable(e, depth);
    default: return refuse(e, lua_pushfstring(L, "a %s has no form in JSON", luaL_typename(L, -1)));
  }
}

static int json_encode (lua_State *L) {
  Encoder e = { L, &text, NULL };
  luaL_checkany(L, 1);
  lua_settop(L, 1);
  if (text.size > KEPT) writer_free(&text);
  writer_reset(&text);
  if (!encode(&e, 0)) return failure(L, INVALID, "cannot encode as JSON: %s", e.wrong);
  luaN_charge(text.length / 32);
  lua_pushlstring(L, text.bytes, text.length);
  return 1;
}

int native_json (lua_State *L) {
  static const luaL_Reg functions[] = { { "json_encode", json_encode }, { "json_decode", json_decode }, { NULL, NULL } };
  luaL_setfuncs(L, functions, 0);
  return 0;
}
