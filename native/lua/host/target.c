#include "target.h"

#include "lauxlib.h"

#include "failure.h"
#include "host_calls.h"
#include "pid.h"

static Found parse (Target *t, const char *text, size_t length) {
  PidText parsed;
  if (!pid_parse(text, length, &parsed)) return t->found = NOBODY;
  t->p = process_find(parsed.number);
  if (t->p != NULL && pid_isat(&parsed, t->p->pid.place)) return t->found = HERE;
  t->pid = text;
  t->length = length;
  return t->found = pid_iselsewhere(&parsed) ? ELSEWHERE : NOBODY;
}

int target_named (Target *t, const char *name, size_t length) {
  static char named[PIDMAX];
  int found = host_name_lookup(name, length, named, sizeof named);
  return found >= 0 && parse(t, named, (size_t)found) != NOBODY;
}

int target_find (lua_State *L, Target *t, const char *nobody) {
  size_t length;
  const char *text;
  PidText parsed;
  t->found = NOBODY;
  if (lua_type(L, 1) != LUA_TSTRING) return failure(L, INVALID, "a PID or a name is expected, got %s", luaL_typename(L, 1));
  text = lua_tolstring(L, 1, &length);
  if (parse(t, text, length) != NOBODY || target_named(t, text, length)) return 0;
  if (length == 0 || text[0] != '{') return failure(L, NOTFOUND, "could not resolve name: %s", text);
  if (!pid_parse(text, length, &parsed)) return failure(L, INVALID, "malformed PID: %s", text);
  return failure(L, NOTFOUND, "%s: %s", nobody, text);
}

int target_here (lua_State *L, Target *t, const char *nobody) {
  int returned = target_find(L, t, nobody);
  if (returned == 0 && t->found == ELSEWHERE)
    return failure(L, UNAVAILABLE, "process is not on this lane: %s", lua_tostring(L, 1));
  return returned;
}
