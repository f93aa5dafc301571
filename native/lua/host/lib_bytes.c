/* base64 (RFC 4648) and the FNV-1a hashes: work on bytes that is too small to ask JavaScript for. */
#include "lua.h"
#include "lauxlib.h"

#include <stdint.h>
#include <string.h>

#include "lane.h"
#include "libraries.h"

#define BYTESMAX  ((size_t)16 << 20)

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const char *checkbytes (lua_State *L, size_t *length) {
  const char *text = luaL_checklstring(L, 1, length);
  luaL_argcheck(L, *length <= BYTESMAX, 1, "more than 16 MiB");
  luaN_charge(*length / 16);
  return text;
}

static int base64_encode (lua_State *L) {
  size_t length, n = 0;
  const uint8_t *from = (const uint8_t *)checkbytes(L, &length);
  luaL_Buffer b;
  char *to = luaL_buffinitsize(L, &b, (length + 2) / 3 * 4);
  for (size_t i = 0; i < length; i += 3) {
    size_t rest = length - i;
    uint32_t bits = (uint32_t)from[i] << 16;
    if (rest > 1) bits |= (uint32_t)from[i + 1] << 8;
    if (rest > 2) bits |= from[i + 2];
    to[n++] = letters[bits >> 18];
    to[n++] = letters[bits >> 12 & 63];
    to[n++] = rest > 1 ? letters[bits >> 6 & 63] : '=';
    to[n++] = rest > 2 ? letters[bits & 63] : '=';
  }
  luaL_pushresultsize(&b, n);
  return 1;
}

static int valueof (int c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The bytes, or nil and the place of what cannot be read, counted from 1. Line ends are passed over. */
static int base64_decode (lua_State *L) {
  size_t length, n = 0, i;
  const char *from = checkbytes(L, &length);
  uint32_t bits = 0;
  int count = 0, padding = 0;
  luaL_Buffer b;
  char *to = luaL_buffinitsize(L, &b, length / 4 * 3 + 3);
  for (i = 0; i < length; i++) {
    int value = valueof((uint8_t)from[i]);
    if (from[i] == '\n' || from[i] == '\r') continue;
    if (from[i] == '=' && count >= 2 && count + padding < 4) {
      padding++;
      continue;
    }
    if (value < 0 || padding > 0) break;
    bits = bits << 6 | (uint32_t)value;
    if (++count < 4) continue;
    to[n++] = (char)(bits >> 16);
    to[n++] = (char)(bits >> 8);
    to[n++] = (char)bits;
    bits = 0;
    count = 0;
  }
  if (i < length || (count > 0 && count + padding != 4)) {
    lua_pushnil(L);
    lua_pushinteger(L, (lua_Integer)i + 1);
    return 2;
  }
  if (count > 0) bits <<= 6 * (4 - count);
  if (count > 1) to[n++] = (char)(bits >> 16);
  if (count > 2) to[n++] = (char)(bits >> 8);
  luaL_pushresultsize(&b, n);
  return 1;
}

static int fnv32 (lua_State *L) {
  size_t length;
  const uint8_t *from = (const uint8_t *)checkbytes(L, &length);
  uint32_t hash = 0x811C9DC5u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ from[i]) * 0x01000193u;
  lua_pushinteger(L, hash);
  return 1;
}

static int fnv64 (lua_State *L) {
  size_t length;
  const uint8_t *from = (const uint8_t *)checkbytes(L, &length);
  uint64_t hash = 0xCBF29CE484222325u;
  for (size_t i = 0; i < length; i++) hash = (hash ^ from[i]) * 0x100000001B3u;
  lua_pushinteger(L, (lua_Integer)hash);
  return 1;
}

int native_bytes (lua_State *L) {
  static const luaL_Reg functions[] = {
    { "base64_encode", base64_encode }, { "base64_decode", base64_decode },
    { "fnv32", fnv32 }, { "fnv64", fnv64 }, { NULL, NULL }
  };
  luaL_setfuncs(L, functions, 0);
  return 0;
}
