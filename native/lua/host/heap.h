/*
** Frozen heaps: what many states share and nobody can change. The base holds
** the libraries; each unit of code has one of its own on top of it, which
** lives as long as a process runs that code.
*/
#ifndef heap_h
#define heap_h

#include "lua.h"
#include "process.h"

/* Makes the base with the libraries that 'open' puts into its globals. Once, before anything else. */
void heap_begin (lua_CFunction open);

/*
** Compiles a chunk into a heap of its own. On failure NULL; the message is
** then in 'message', cut to its size. The caller holds the code until it
** releases it.
*/
Code *heap_compile (const char *name, const char *source, size_t length, char *message, size_t messagesize);

void heap_hold (Code *code);
void heap_release (Code *code);

/* A state that shares the base and the code's heap, with the code's function on its stack. Holds the code. NULL: no memory. */
lua_State *heap_newstate (Code *code, Account *account);

struct Udata;
struct TString;

/* Does the string lie in the base, rather than in the heap of some code? Only for a frozen one. */
int heap_isbase (const struct TString *s);

/* The kind of a userdata that is a value (values.h), or 0. */
int heap_kindof (const struct Udata *u);

/* Makes the table on top of the stack the metatable of that kind. While the base is made. */
void heap_meta (lua_State *L, int kind);

/* Makes the userdata on top of the stack one of that kind. */
void heap_setkind (lua_State *L, int kind);

#endif
