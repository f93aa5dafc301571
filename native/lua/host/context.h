/* The values of a process that its children inherit (module ctx). They never change, so all that inherit them share them. */
#ifndef context_h
#define context_h

#include <stddef.h>

#include "lua.h"

typedef struct Context Context;

/* Values as bytes, as values.h writes them for the outside. The caller holds it. NULL: not enough memory. */
Context *context_new (const char *bytes, size_t length);

/* Both take NULL: no values. */
Context *context_hold (Context *c);
void context_release (Context *c);

/* Pushes them as a new table. */
void context_push (lua_State *L, const Context *c);

#endif
