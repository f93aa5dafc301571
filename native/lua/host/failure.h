/* Errors that a program can look into: kind, retryable, details (design: errors). */
#ifndef failure_h
#define failure_h

#include "lua.h"

#define INVALID  "Invalid"
#define NOTFOUND  "NotFound"
#define ALREADYEXISTS  "AlreadyExists"
#define UNAVAILABLE  "Unavailable"
#define LIMITEXCEEDED  "LimitExceeded"
#define PERMISSIONDENIED  "PermissionDenied"
#define INTERNAL  "Internal"

/* Pushes nil and an error with that kind; for 'return failure(...)'. The text as of lua_pushfstring. */
int failure (lua_State *L, const char *kind, const char *format, ...);

/* The same for an error that may go away by itself. */
int failure_retryable (lua_State *L, const char *kind, const char *format, ...);

#endif
