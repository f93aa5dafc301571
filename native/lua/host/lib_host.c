/* Calls of pure functions of JavaScript (src/adapters/lua/modules): values there and back, at once. */
#include "lua.h"
#include "lauxlib.h"

#include "failure.h"
#include "host_calls.h"
#include "lane.h"
#include "lib_host.h"
#include "libraries.h"
#include "memory.h"
#include "values.h"

/* steps of a program in the time that a call takes at least */
#define CALLSTEPS  2000

/* The answer that is being read. A memory error in its middle leaves it here, for the next call to free. */
static struct {
  char *bytes;
  size_t length;
} answer;

static void forget (void) {
  if (answer.bytes != NULL) memory_give(answer.bytes, answer.length);
  answer.bytes = NULL;
}

int host_call (lua_State *L, const char *function, size_t length, int first) {
  Writer *w = &values_writer;
  int got, last = lua_gettop(L);
  forget();
  writer_reset(w);
  for (int i = first; i <= last; i++) write_value(w, L, i, PORTABLE, HOSTCALLMAX);
  got = host_module_call(function, length, w->bytes, w->length);
  if (got < 0) return luaL_error(L, "the runtime lost its function %s", function);
  luaN_charge((w->length + (size_t)got) / 16 + CALLSTEPS);
  answer.length = (size_t)got;
  answer.bytes = memory_take(answer.length);
  if (answer.bytes == NULL) return luaL_error(L, "not enough memory");
  host_module_answer(answer.bytes);
  read_value(L, read_value(L, answer.bytes));
  forget();
  return 2;
}

/* Arguments: the name of the function, its arguments. Returns its result, or nil and an error. */
static int native_call (lua_State *L) {
  size_t length;
  const char *function = luaL_checklstring(L, 1, &length);
  return host_call(L, function, length, 2);
}

int native_host (lua_State *L) {
  static const luaL_Reg functions[] = { { "call", native_call }, { NULL, NULL } };
  luaL_setfuncs(L, functions, 0);
  return 0;
}
