#ifndef lib_json_h
#define lib_json_h

#include "lua.h"

#define JSONDEPTH  128
#define JSONMAX  ((size_t)16 << 20)

/* Argument: a text. Returns its value, or nil and an error. */
int json_decode (lua_State *L);

#endif
