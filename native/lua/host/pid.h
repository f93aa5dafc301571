/*
** Names of processes: {node@host|ns:entry|0x00001}, seed 001. What stands
** before the number is shared by all processes of an entry on a host, so it
** is kept once.
*/
#ifndef pid_h
#define pid_h

#include <stddef.h>
#include <stdint.h>

#include "lua.h"

/* Where a process runs and what it is. There is one for each combination, and it stays. */
typedef struct Place {
  struct Place *next;
  const char *text;  /* "node@host|ns:entry", or without a node when there is one node alone */
  uint16_t length;
  uint16_t hostlength;  /* of "node@host" */
} Place;

typedef struct Pid {
  const Place *place;
  uint64_t number;
} Pid;

/* What a text says. Whether such a process exists is another question. */
typedef struct PidText {
  const char *host;  /* "node@host" or "host" */
  size_t hostlength;
  uint64_t number;
} PidText;

/* The node of this runtime, "" when it is alone. Once, before the first place. */
void pid_node (const char *node, size_t length);

/* True: PIDs are written without the entry, {host|0x00001}. Both forms are read. */
extern int pid_short;

const Place *pid_place (const char *host, size_t hostlength, const char *entry, size_t entrylength);

/*
** The place of a process of another lane: 'host' with its node. Programs
** can make up entries, so beyond some thousands they are left out.
*/
const Place *pid_placeof (const char *host, size_t hostlength, const char *entry, size_t entrylength);

/* Pushes the text. */
void pid_push (lua_State *L, Pid pid);

/* Writes the text and its end; returns its length. PIDMAX bytes are always enough. */
#define PIDMAX  600
size_t pid_write (char *to, Pid pid);

/* False: the text is no PID. */
int pid_parse (const char *text, size_t length, PidText *parsed);

/* Is it a process that another lane may have? */
int pid_iselsewhere (const PidText *text);

/* Does the text speak of a process on this place? The entry does not count. */
int pid_isat (const PidText *text, const Place *place);

#endif
