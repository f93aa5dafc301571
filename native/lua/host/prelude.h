#ifndef prelude_h
#define prelude_h

#include "lua.h"

/* Pushes the function that sorts (prelude/sort.lua). */
void prelude_sort (lua_State *L);

/* Runs the others with the table of what only they call at 'native'; what require may find goes into the table at 'modules'. */
void prelude_run (lua_State *L, int native, int modules);

#endif
