/* How a process begins and how it ends. */
#ifndef spawn_h
#define spawn_h

#include <stddef.h>

#include "lua.h"
#include "entry.h"
#include "process.h"

/* arguments may be as large as a message */
#define ARGUMENTSMAX  ((size_t)16 << 20)

#define SPAWN_MONITORED  1
#define SPAWN_LINKED  2
#define SPAWN_EXECUTED  4  /* whoever spawned it waits for its result, and takes it along when it ends */

/* What a process gets before its first step, beside its arguments. A text may be NULL. */
typedef struct SpawnSetup {
  const char *context;  /* in place of that of the one who spawns; values as bytes */
  size_t contextlength;
  const char *name;
  size_t namelength;
  int options;  /* where on the stack the table of options is, or 0 */
  int messages;  /* where the list of topics and values as bytes is, in turns, or 0 */
} SpawnSetup;

/* What a running process asks for. The arguments lie on its stack, from 'arguments' to 'last'. */
typedef struct SpawnRequest {
  const char *entry, *host;
  size_t entrylength, hostlength;
  int relations;
  int arguments, last;
  SpawnSetup setup;
} SpawnRequest;

/* Returns what the Lua function returns: the PID, or the channel of the result when it is executed, or nil and an error. */
int spawn_from (lua_State *L, const SpawnRequest *request);

/* What a state begins with. */
typedef struct Beginning {
  const char *method;
  const char *arguments;  /* values as bytes */
  int count;
} Beginning;

/* Runs the chunk, whose function lies on the stack, and leaves the method and its arguments there. LUA_OK, or what went wrong. */
int spawn_prepare (Process *p, const Beginning *b);

/* The text of what went wrong, which lies on its stack. */
const char *spawn_messageof (Process *p, int status);

/* Sees to the end of processes: process_ended. */
void spawn_ended (Process *p, int status, int results, const char *why);

#endif
