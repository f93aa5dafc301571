/* Who is told when a process ends: monitors, links and names (seed 001). */
#ifndef topology_h
#define topology_h

#include "process.h"

/* EXECUTION: the first waits for the result of the second, which ends with it. */
typedef enum EdgeKind { LINK, MONITOR, EXECUTION } EdgeKind;

/* False: there was one already. Of a monitor 'a' is told and 'b' watched; a link has no direction. */
int topology_join (EdgeKind kind, Process *a, Process *b);

/* False: there was none. */
int topology_part (EdgeKind kind, Process *a, Process *b);

/* The same for a link; those that want to know are told of it. */
int topology_link (Process *a, Process *b);
int topology_unlink (Process *a, Process *b);

/* The caller gets the EXIT event of 'p' from the channel. */
void topology_execute (Process *caller, Process *p, struct Channel *result);

/* Ends what the process executes: nobody waits for it any more. */
void topology_abandon (Process *caller);

/* What a process leaves to others; written once and told to each. */
typedef struct Ending {
  const char *event;  /* the bytes of the EXIT event */
  size_t length;
  Blob *shared;  /* the same bytes, when they are too many for a copy each, or NULL */
  size_t result;  /* where in it the field 'result' begins */
  int failed;
} Ending;

/*
** Tells everybody who is to know, takes the process out of every relation,
** and ends those that are linked to it and do not trap. Monitors first.
*/
void topology_ended (Process *p, const Ending *ending);

#endif
