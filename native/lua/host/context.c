#include <string.h>

#include "context.h"
#include "memory.h"
#include "values.h"

struct Context {
  int holders;
  size_t size;  /* of the whole block */
  char bytes[];
};

Context *context_new (const char *bytes, size_t length) {
  Context *c = memory_take(sizeof(Context) + length);
  if (c == NULL) return NULL;
  c->holders = 1;
  c->size = sizeof(Context) + length;
  memcpy(c->bytes, bytes, length);
  return c;
}

Context *context_hold (Context *c) {
  if (c != NULL) c->holders++;
  return c;
}

void context_release (Context *c) {
  if (c != NULL && --c->holders == 0) memory_give(c, c->size);
}

void context_push (lua_State *L, const Context *c) {
  if (c == NULL) lua_newtable(L);
  else read_value(L, c->bytes);
}
