#ifndef lib_host_h
#define lib_host_h

#include <stddef.h>
#include "lua.h"

/* what may be given to a function, and what it may answer, in bytes */
#define HOSTCALLMAX  ((size_t)16 << 20)

/* Calls a function of JavaScript with the values from 'first' on. Pushes its result and nil, or nil and an error; returns 2. */
int host_call (lua_State *L, const char *function, size_t length, int first);

#endif
