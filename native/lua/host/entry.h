/* Entries: code that processes can be made of. Hosts: where they run, and within which limits. */
#ifndef entry_h
#define entry_h

#include <stddef.h>
#include <stdint.h>

#include "heap.h"
#include "pid.h"

struct Entry {
  Entry *next;
  char *id;  /* "namespace:name" */
  size_t idlength;
  Code *code;  /* of its newest version; NULL when it never compiled */
  char *broken;  /* why it did not */
  char *method;  /* the function of the chunk's table that runs, or NULL: main, else run */
  char *modules;  /* the names that its code may require, each ended by a zero; NULL: all */
  size_t moduleslength;
  const Place *place;  /* on the host it was last started on */
  const Host *placehost;
};

struct Host {
  Host *next;
  char *id;
  size_t idlength;
  uint32_t maxprocesses;  /* 0: no limit */
  uint32_t live;
  size_t maxmemory;  /* of one process, in bytes */
  uint32_t maxmessages;  /* unread of one process */
  size_t maxmailbox;  /* bytes of those */
  uint8_t whenfull;  /* a WhenFull: what processes begin with */
  uint8_t batch;  /* several values in one send are one message */
  uint8_t stopping;  /* nothing new begins */
};

Entry *entry_find (const char *id, size_t length);
Host *host_find (const char *id, size_t length);
const Place *entry_place (Entry *e, const Host *h);

/* May the code of the entry require that module? */
int entry_maytake (const Entry *e, const char *module);

#endif
