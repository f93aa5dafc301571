/*
** A door for tests: runs one script as a process and gives back what it
** printed. The differential test compares that with Lua's own binary.
*/
#include <stdint.h>
#include <string.h>

#include "lua.h"
#include "lauxlib.h"

#include "export.h"
#include "heap.h"
#include "lane.h"
#include "libraries.h"
#include "process.h"

IMPORT(print) void host_print (const char *text, size_t length);

static int print (lua_State *L) {
  library_pushline(L);
  host_print(lua_tostring(L, -1), lua_rawlen(L, -1));
  return 0;
}

/* The libraries of plain Lua, as far as a module without a system can have them. */
int script_libraries (lua_State *L) {
  libraries_lua(L);
  lua_pushcfunction(L, print);
  lua_setglobal(L, "print");
  return 0;
}

static void ended (Process *p, int status, int results, const char *why) {
  (void)results;
  if (status != LUA_OK) {
    lua_State *L = p->first.L;
    if (why == NULL) why = lua_tostring(L, -1);
    if (why == NULL) why = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, -1));
    host_print("lua: ", 5);
    host_print(why, strlen(why));
  }
  process_free(p);
}

/* 'slice' steps at a time, a heap of 'memorylimit' bytes. Returns the slices it took, or -1 if it does not compile. */
EXPORT(script_run) int script_run (const char *source, size_t length, int slice, size_t memorylimit, int maxslices) {
  char message[512];
  Code *code = heap_compile("=script", source, length, message, sizeof message);
  Process *p;
  int used;
  if (code == NULL) {
    host_print(message, strlen(message));
    return -1;
  }
  lane_slice = slice;
  process_ended = ended;
  p = process_new((Pid){ NULL, 1 }, code, memorylimit);
  heap_release(code);
  if (p == NULL) return -1;
  process_wake(p, &p->first);
  used = process_run(maxslices);
  if (process_find(1) == p) process_free(p);
  return used;
}

EXPORT(script_begin) void script_begin (void) {
  heap_begin(script_libraries);
}
