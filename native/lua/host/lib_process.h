/* The parts of the table 'process': each adds its functions to the table on top of the stack. */
#ifndef lib_process_h
#define lib_process_h

#include "lua.h"

void relations_open (lua_State *L);
void spawning_open (lua_State *L);

/* The same for what only the prelude calls. */
void relations_natives (lua_State *L);
void spawning_natives (lua_State *L);

#endif
