#include <string.h>

#include "entry.h"
#include "event.h"
#include "export.h"
#include "host_calls.h"
#include "memory.h"
#include "process.h"

static Entry *entries;
static Host *hosts;

static char *copy (const char *text, size_t length) {
  char *made = memory_take(length + 1);
  if (made == NULL) __builtin_trap();
  memcpy(made, text, length);
  made[length] = '\0';
  return made;
}

static void drop (char *text) {
  if (text != NULL) memory_give(text, strlen(text) + 1);
}

Entry *entry_find (const char *id, size_t length) {
  Entry **at, *e;
  for (at = &entries; (e = *at) != NULL; at = &e->next) {
    if (e->idlength != length || memcmp(e->id, id, length) != 0) continue;
    *at = e->next;  /* to the front: few are in use at a time */
    e->next = entries;
    return entries = e;
  }
  return NULL;
}

Host *host_find (const char *id, size_t length) {
  Host *h;
  for (h = hosts; h != NULL; h = h->next)
    if (h->idlength == length && memcmp(h->id, id, length) == 0) break;
  return h;
}

const Place *entry_place (Entry *e, const Host *h) {
  if (e->placehost != h) {
    e->place = pid_place(h->id, h->idlength, e->id, e->idlength);
    e->placehost = h;
  }
  return e->place;
}

static Entry *entry_new (const char *id, size_t idlength) {
  Entry *e = memory_take(sizeof(Entry));
  if (e == NULL) __builtin_trap();
  *e = (Entry){ .next = entries, .id = copy(id, idlength), .idlength = idlength };
  return entries = e;
}

static void tellversion (Process *p, void *entry) {
  if (p->entry == entry) event_outdated(p);
}

/*
** Makes an entry, or gives one a new version: processes that run keep theirs.
** Returns 0, or the length of the message that it wrote to 'message'; then an
** entry that was there stays as it was, and a new one cannot be started.
*/
EXPORT(entry_define) size_t entry_define (const char *id, size_t idlength, const char *chunkname, const char *source, size_t length,
                                          const char *method, char *message, size_t messagesize) {
  Code *code = heap_compile(chunkname, source, length, message, messagesize);
  Entry *e = entry_find(id, idlength);
  if (e == NULL) e = entry_new(id, idlength);
  if (code == NULL) {
    if (e->code == NULL) {
      drop(e->broken);
      e->broken = copy(message, strlen(message));
    }
    return strlen(message);
  }
  if (e->code != NULL) heap_release(e->code);
  drop(e->method);
  drop(e->broken);
  e->broken = NULL;
  memory_give(e->modules, e->moduleslength);
  e->modules = NULL;
  e->code = code;
  e->method = method == NULL ? NULL : copy(method, strlen(method));
  process_each(tellversion, e);
  return 0;
}

/*
** What the code of an entry may require: names, each ended by a zero. Without
** this call all; processes that run follow the newest list.
*/
EXPORT(entry_modules) void entry_modules (const char *id, size_t idlength, const char *names, size_t length) {
  Entry *e = entry_find(id, idlength);
  if (e == NULL) return;
  memory_give(e->modules, e->moduleslength);
  e->modules = copy(names, length);
  e->moduleslength = length + 1;
}

int entry_maytake (const Entry *e, const char *module) {
  if (e->modules == NULL) return 1;
  for (const char *name = e->modules; name < e->modules + e->moduleslength - 1; name += strlen(name) + 1)
    if (strcmp(name, module) == 0) return 1;
  return 0;
}

/* 'whenfull': 0 refuse, 1 wait, 2 drop the oldest. 'batch': several values in one send are one message. */
EXPORT(host_define) void host_define (const char *id, size_t idlength, uint32_t maxprocesses, size_t maxmemory,
                                      uint32_t maxmessages, size_t maxmailbox, int whenfull, int batch) {
  Host *h = host_find(id, idlength);
  if (h == NULL) {
    h = memory_take(sizeof(Host));
    if (h == NULL) __builtin_trap();
    *h = (Host){ .next = hosts, .id = copy(id, idlength), .idlength = idlength };
    hosts = h;
  }
  h->maxprocesses = maxprocesses;
  h->maxmemory = maxmemory;
  h->maxmessages = maxmessages;
  h->maxmailbox = maxmailbox;
  h->whenfull = (uint8_t)whenfull;
  h->batch = (uint8_t)batch;
  h->stopping = 0;
}

/* {====================================================== the end of a host */

#define SHUTDOWN  "scheduler shutdown"

typedef struct Stop {
  const Host *host;
  double delay;
} Stop;

static void stopone (Process *p, void *ud) {
  const Stop *stop = ud;
  if (p->host != stop->host) return;
  event_cancel(p, p->pid, (host_wall() + stop->delay) / 1000, SHUTDOWN, sizeof SHUTDOWN - 1);
  process_endafter(p, stop->delay, SHUTDOWN);
}

/* Starts nothing more there, asks its processes to end, and ends those that have not within the time. Milliseconds. -1: no such host, else how many there are. */
EXPORT(host_stop) int host_stop (const char *id, size_t idlength, double delay) {
  Host *h = host_find(id, idlength);
  if (h == NULL) return -1;
  h->stopping = 1;
  process_each(stopone, &(Stop){ h, delay });
  return (int)h->live;
}

/* Processes that live on the host, here. */
EXPORT(host_live) uint32_t host_live (const char *id, size_t idlength) {
  Host *h = host_find(id, idlength);
  return h == NULL ? 0 : h->live;
}

/* }====================================================== */
