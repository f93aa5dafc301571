#include "upgrade.h"

#include <stdio.h>
#include <string.h>

#include "lauxlib.h"

#include "spawn.h"
#include "topology.h"
#include "values.h"

struct Upgrade {
  Entry *entry;
  int count;  /* of its arguments */
  size_t size;  /* of the whole block */
  char arguments[];  /* values as bytes */
};

void upgrade_begin (lua_State *L, Entry *entry, int first, int last) {
  Writer *w = &values_writer;
  Upgrade *u;
  Reach reach = entry->code == lane_running->code ? SAMECODE : LANE;
  writer_reset(w);
  for (int i = first; i <= last; i++) write_value(w, L, i, reach, ARGUMENTSMAX);
  u = memory_take(sizeof(Upgrade) + w->length);
  if (u == NULL) luaL_error(L, "not enough memory");
  *u = (Upgrade){ entry, last < first ? 0 : last - first + 1, sizeof(Upgrade) + w->length };
  if (w->length > 0) memcpy(u->arguments, w->bytes, w->length);
  lane_running->upgrade = u;
}

void upgrade_free (Process *p) {
  if (p->upgrade != NULL) memory_give(p->upgrade, p->upgrade->size);
  p->upgrade = NULL;
}

static void fail (Process *p, const char *why) {
  static char text[512];
  snprintf(text, sizeof text, "upgrade: %s", why);
  process_ended(p, LUA_ERRRUN, 0, text);
}

int upgrade_process (Process *p) {
  Upgrade *u = p->upgrade;
  Beginning b = { u->entry->method, u->arguments, u->count };
  Code *code = u->entry->code;
  int status;
  if (code != p->code && !mailbox_detach(p)) {
    fail(p, "not enough memory");
    return 0;
  }
  topology_abandon(p);
  mailbox_gather(p);
  if (!process_replace(p, code)) {
    fail(p, "not enough memory");
    return 0;
  }
  p->entry = u->entry;
  status = spawn_prepare(p, &b);
  if (status != LUA_OK) {
    fail(p, spawn_messageof(p, status));
    return 0;
  }
  upgrade_free(p);
  process_wake(p, &p->first);
  return 1;
}
