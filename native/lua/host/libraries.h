/* The functions that fill the base: each pushes its table, but for those that say otherwise. */
#ifndef libraries_h
#define libraries_h

#include "lua.h"

int library_process (lua_State *L);

/* Adds to the table on top what only the prelude calls. */
int native_process (lua_State *L);

/* Opens the libraries of Lua itself. */
void libraries_lua (lua_State *L);

/* Opens everything; the globals of the base are what a program of a process sees. */
int libraries_open (lua_State *L);

#endif
