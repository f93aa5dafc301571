/* The functions that fill the base. */
#ifndef libraries_h
#define libraries_h

#include "lua.h"

/* Push their table. */
int library_process (lua_State *L);
int library_natives (lua_State *L);

/* Pushes the arguments of the running function as the line that print writes. */
void library_pushline (lua_State *L);

/* Lua functions themselves. */
int library_sort (lua_State *L);
int library_print (lua_State *L);

/* Add to the table on top what only the prelude calls. */
int native_process (lua_State *L);
int native_host (lua_State *L);
int native_log (lua_State *L);
int native_zone (lua_State *L);
int native_bytes (lua_State *L);
int native_json (lua_State *L);

/* Opens the libraries of Lua itself. */
void libraries_lua (lua_State *L);

/* Opens everything; the globals of the base are what a program of a process sees. */
int libraries_open (lua_State *L);

#endif
