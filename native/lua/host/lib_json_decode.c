/* Reads JSON. null is nil: a field that is not there, a hole in an array. An integer that 64 bits hold is one, else a float. */
#include "lua.h"
#include "lauxlib.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "lane.h"
#include "lib_json.h"
#include "utf8_check.h"

typedef struct Decoder {
  lua_State *L;
  const char *begin, *at, *end;
  const char *wrong;
} Decoder;

static int decode (Decoder *d, int depth);

static int refuse (Decoder *d, const char *why) {
  d->wrong = why;
  return 0;
}

static int peek (const Decoder *d) { return d->at < d->end ? (unsigned char)*d->at : -1; }

static void skipspace (Decoder *d) {
  while (d->at < d->end && (*d->at == ' ' || *d->at == '\n' || *d->at == '\t' || *d->at == '\r')) d->at++;
}

static int word (Decoder *d, const char *expected) {
  size_t length = strlen(expected);
  if ((size_t)(d->end - d->at) < length || memcmp(d->at, expected, length) != 0) return refuse(d, "a value is expected");
  d->at += length;
  return 1;
}

/* {====================================================== strings */

static int hex4 (const char *at, const char *end) {
  int value = 0;
  if (end - at < 4) return -1;
  for (int i = 0; i < 4; i++) {
    int c = at[i], digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/* After "\u". Half of a pair stands for nothing: U+FFFD. */
static int unicode (Decoder *d, luaL_Buffer *b) {
  int high = hex4(d->at, d->end), low;
  unsigned long c = (unsigned long)high;
  char utf8[4];
  size_t n = 0;
  if (high < 0) return refuse(d, "four hexadecimal digits are expected");
  d->at += 4;
  if (high >= 0xD800 && high < 0xE000) {
    c = 0xFFFD;
    if (high < 0xDC00 && d->end - d->at >= 6 && d->at[0] == '\\' && d->at[1] == 'u' &&
        (low = hex4(d->at + 2, d->end)) >= 0xDC00 && low < 0xE000) {
      c = 0x10000 + ((unsigned long)(high - 0xD800) << 10) + (unsigned long)(low - 0xDC00);
      d->at += 6;
    }
  }
  if (c < 0x80) utf8[n++] = (char)c;
  else {
    if (c < 0x800) utf8[n++] = (char)(0xC0 | c >> 6);
    else {
      if (c < 0x10000) utf8[n++] = (char)(0xE0 | c >> 12);
      else {
        utf8[n++] = (char)(0xF0 | c >> 18);
        utf8[n++] = (char)(0x80 | (c >> 12 & 63));
      }
      utf8[n++] = (char)(0x80 | (c >> 6 & 63));
    }
    utf8[n++] = (char)(0x80 | (c & 63));
  }
  luaL_addlstring(b, utf8, n);
  return 1;
}

static int escape (Decoder *d, luaL_Buffer *b) {
  static const char names[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
  int c = peek(d);
  if (c < 0) return refuse(d, "the text does not end");
  d->at++;
  if (c == 'u') return unicode(d, b);
  for (const char *name = names; *name != '\0'; name += 2)
    if (*name == c) {
      luaL_addchar(b, name[1]);
      return 1;
    }
  d->at--;
  return refuse(d, "there is no such escape");
}

/* At the first quote. */
static int decodestring (Decoder *d) {
  luaL_Buffer b;
  const char *begun = ++d->at;
  int isplain = 1;
  for (;;) {
    int c = peek(d);
    size_t length;
    if (c < 0) return refuse(d, "the text does not end");
    if (c == '"' && isplain) {  /* the usual case: as it stands */
      lua_pushlstring(d->L, begun, (size_t)(d->at++ - begun));
      return 1;
    }
    if (c == '"' || c == '\\') {
      if (isplain) luaL_buffinit(d->L, &b);
      isplain = 0;
      luaL_addlstring(&b, begun, (size_t)(d->at++ - begun));
      if (c == '"') break;
      if (!escape(d, &b)) return 0;
      begun = d->at;
      continue;
    }
    if (c < 0x20) return refuse(d, "a control character in a text must be escaped");
    length = utf8_check((const unsigned char *)d->at, (size_t)(d->end - d->at));
    if (length == 0) return refuse(d, "the text is no UTF-8");
    d->at += length;
  }
  luaL_pushresult(&b);
  return 1;
}

/* }====================================================== */

static int digits (Decoder *d) {
  const char *begun = d->at;
  while (d->at < d->end && *d->at >= '0' && *d->at <= '9') d->at++;
  return d->at > begun || refuse(d, "a digit is expected");
}

/* The integer that the digits say. False: 64 bits do not hold it. */
static int tointeger (const char *at, const char *end, int64_t *value) {
  int negative = *at == '-';
  uint64_t n = 0, most = negative ? (uint64_t)1 << 63 : INT64_MAX;
  for (at += negative; at < end; at++) {
    uint64_t digit = (uint64_t)(*at - '0');
    if (n > (most - digit) / 10) return 0;
    n = n * 10 + digit;
  }
  *value = (int64_t)(negative ? 0 - n : n);
  return 1;
}

static int decodenumber (Decoder *d) {
  const char *begun = d->at;
  int isinteger = 1;
  int64_t value;
  if (peek(d) == '-') d->at++;
  if (peek(d) == '0') d->at++;
  else if (!digits(d)) return refuse(d, "a value is expected");
  if (peek(d) == '.') {
    isinteger = 0;
    d->at++;
    if (!digits(d)) return 0;
  }
  if (peek(d) == 'e' || peek(d) == 'E') {
    isinteger = 0;
    d->at++;
    if (peek(d) == '-' || peek(d) == '+') d->at++;
    if (!digits(d)) return 0;
  }
  if (isinteger && !(d->at - begun == 2 && begun[0] == '-' && begun[1] == '0') && tointeger(begun, d->at, &value))
    lua_pushinteger(d->L, value);
  else lua_pushnumber(d->L, strtod(begun, NULL));  /* Lua ends its strings with a zero: it stops there at the latest */
  return 1;
}

static int decodearray (Decoder *d, int depth) {
  d->at++;
  lua_newtable(d->L);
  skipspace(d);
  if (peek(d) == ']') {
    d->at++;
    return 1;
  }
  for (lua_Integer i = 1;; i++) {
    if (!decode(d, depth)) return 0;
    lua_rawseti(d->L, -2, i);
    skipspace(d);
    if (peek(d) != ',') break;
    d->at++;
  }
  if (peek(d) != ']') return refuse(d, "',' or ']' is expected");
  d->at++;
  return 1;
}

static int decodeobject (Decoder *d, int depth) {
  d->at++;
  lua_newtable(d->L);
  skipspace(d);
  if (peek(d) == '}') {
    d->at++;
    return 1;
  }
  for (;;) {
    skipspace(d);
    if (peek(d) != '"') return refuse(d, "the name of a field is expected");
    if (!decodestring(d)) return 0;
    skipspace(d);
    if (peek(d) != ':') return refuse(d, "':' is expected");
    d->at++;
    if (!decode(d, depth)) return 0;
    lua_rawset(d->L, -3);
    skipspace(d);
    if (peek(d) != ',') break;
    d->at++;
  }
  if (peek(d) != '}') return refuse(d, "',' or '}' is expected");
  d->at++;
  return 1;
}

static int decode (Decoder *d, int depth) {
  skipspace(d);
  switch (peek(d)) {
    case 'n': lua_pushnil(d->L); return word(d, "null");
    case 't': lua_pushboolean(d->L, 1); return word(d, "true");
    case 'f': lua_pushboolean(d->L, 0); return word(d, "false");
    case '"': return decodestring(d);
    case '[': case '{':
      if (depth >= JSONDEPTH) return refuse(d, "nested deeper than 128");
      luaL_checkstack(d->L, 8, "too many tables");
      return *d->at == '[' ? decodearray(d, depth + 1) : decodeobject(d, depth + 1);
    case -1: return refuse(d, "it ends too early");
    default: return decodenumber(d);
  }
}

int json_decode (lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  Decoder d = { L, text, text, text + length, NULL };
  if (length > JSONMAX) return failure(L, INVALID, "invalid JSON: larger than 16 MiB");
  luaN_charge(length / 16);
  if (decode(&d, 0)) {
    skipspace(&d);
    if (d.at == d.end) return 1;
    refuse(&d, "nothing more is expected");
  }
  return failure(L, INVALID, "invalid JSON at byte %d: %s", (int)(d.at - d.begin) + 1, d.wrong);
}
