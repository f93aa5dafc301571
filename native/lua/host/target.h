/* Whom a PID or a name means. */
#ifndef target_h
#define target_h

#include <stddef.h>

#include "lua.h"
#include "process.h"

typedef enum Found { NOBODY, HERE, ELSEWHERE } Found;

typedef struct Target {
  Found found;
  Process *p;  /* HERE */
  const char *pid;  /* ELSEWHERE: the text, until the next target is looked for */
  size_t length;
} Target;

/* Finds the process that a name stands for. False: there is none. */
int target_named (Target *t, const char *name, size_t length);

/* Finds the process that argument 1 means. 0, or what to return: nil and an error, NotFound with 'nobody' as its text. */
int target_find (lua_State *L, Target *t, const char *nobody);

/* The same for what only works within a lane. */
int target_here (lua_State *L, Target *t, const char *nobody);

#endif
