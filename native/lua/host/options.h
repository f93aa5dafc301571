/* What a process may choose about itself: process.get_options, set_options, with_options. */
#ifndef options_h
#define options_h

#include "lua.h"
#include "process.h"

/* Takes over what the table at 'index' of L says. The prelude has seen to it that it says nothing wrong. */
void options_read (Process *p, lua_State *L, int index);

/* Pushes all of them as a table. */
void options_push (lua_State *L, const Process *p);

#endif
