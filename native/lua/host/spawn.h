/* How a process begins and how it ends. */
#ifndef spawn_h
#define spawn_h

#include "process.h"

#define SPAWN_MONITORED  1
#define SPAWN_LINKED  2

/* What a running process asks for. The arguments lie on its stack, from 'arguments' to 'last'. */
typedef struct SpawnRequest {
  const char *entry, *host;
  size_t entrylength, hostlength;
  int relations;
  int arguments, last;
} SpawnRequest;

/* Returns what the Lua function returns: the PID, or nil and an error. */
int spawn_from (lua_State *L, const SpawnRequest *request);

/* Sees to the end of processes: process_ended. */
void spawn_ended (Process *p, int status, int results, const char *why);

#endif
