/* Names of processes, in the table that all lanes share. */
#ifndef names_h
#define names_h

#include <stddef.h>

#include "process.h"

typedef enum NameAnswer { NAME_DONE, NAME_TAKEN, NAME_TOOMANY, NAME_NOROOM } NameAnswer;

NameAnswer names_register (Process *p, const char *name, size_t length);

/* All names of a process are free. */
void names_release (Process *p);

/* process.registry: fills the table on top of the stack. */
void names_open (lua_State *L);

#endif
