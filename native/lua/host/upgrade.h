/* A process that goes on as another entry, or as a newer version of its own, under the same name (seed 004). */
#ifndef upgrade_h
#define upgrade_h

#include "entry.h"
#include "process.h"

/* Decides that the running process becomes 'entry' once its step is over. Its arguments lie from 'first' to 'last'. */
void upgrade_begin (lua_State *L, Entry *entry, int first, int last);

/* process_upgraded */
int upgrade_process (Process *p);

/* Forgets what it was to become. */
void upgrade_free (Process *p);

#endif
