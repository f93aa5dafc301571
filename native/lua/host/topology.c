#include <string.h>

#include "event.h"
#include "memory.h"
#include "topology.h"

#define ABANDONED  "the process that executed it has ended"

/* A relation of two processes, in the list of each. */
struct Edge {
  EdgeKind kind;
  Process *ends[2];
  Edge *next[2], *prev[2];  /* in the list of ends[0], of ends[1] */
  struct Channel *result;  /* of an execution */
};

static int sideof (const Edge *e, const Process *p) {
  return e->ends[0] == p ? 0 : 1;
}

static void attach (Edge *e, int side) {
  Process *p = e->ends[side];
  Edge *first = p->edges;
  e->prev[side] = NULL;
  e->next[side] = first;
  if (first) first->prev[sideof(first, p)] = e;
  p->edges = e;
  p->edgecount++;
}

static void detach (Edge *e, int side) {
  Process *p = e->ends[side];
  Edge *next = e->next[side], *prev = e->prev[side];
  if (prev) prev->next[sideof(prev, p)] = next; else p->edges = next;
  if (next) next->prev[sideof(next, p)] = prev;
  p->edgecount--;
}

/* Looks at the shorter list: thousands may be linked to one. */
static Edge *find (EdgeKind kind, const Process *a, const Process *b) {
  const Process *p = a->edgecount < b->edgecount ? a : b;
  for (Edge *e = p->edges; e != NULL; e = e->next[sideof(e, p)]) {
    if (e->kind != kind) continue;
    if (e->ends[0] == a && e->ends[1] == b) return e;
    if (kind == LINK && e->ends[0] == b && e->ends[1] == a) return e;
  }
  return NULL;
}

/* On the memory of 'a', which asked for it and ends when it has none: nobody is to believe in a relation that is not there. */
static Edge *newedge (EdgeKind kind, Process *a, Process *b) {
  Edge *e = memory_takefor(&a->outside, sizeof(Edge));
  if (e == NULL) {
    process_end(a, "not enough memory");
    return NULL;
  }
  *e = (Edge){ .kind = kind, .ends = { a, b } };
  attach(e, 0);
  if (a != b) attach(e, 1);
  return e;
}

int topology_join (EdgeKind kind, Process *a, Process *b) {
  if (find(kind, a, b) != NULL) return 0;
  newedge(kind, a, b);
  return 1;
}

static void removeedge (Edge *e) {
  detach(e, 0);
  if (e->ends[0] != e->ends[1]) detach(e, 1);
  memory_givefor(&e->ends[0]->outside, e, sizeof(Edge));
}

int topology_part (EdgeKind kind, Process *a, Process *b) {
  Edge *e = find(kind, a, b);
  if (e == NULL) return 0;
  removeedge(e);
  return 1;
}

int topology_link (Process *a, Process *b) {
  if (!topology_join(LINK, a, b)) return 0;
  event_link(a, b->pid, 1);
  event_link(b, a->pid, 1);
  return 1;
}

int topology_unlink (Process *a, Process *b) {
  if (!topology_part(LINK, a, b)) return 0;
  event_link(a, b->pid, 0);
  event_link(b, a->pid, 0);
  return 1;
}

/* {====================================================== executions */

void topology_execute (Process *caller, Process *p, struct Channel *result) {
  Edge *e = newedge(EXECUTION, caller, p);
  if (e == NULL) {
    process_end(p, ABANDONED);
    return;
  }
  e->result = result;
  caller->awaited++;
}

static void abandon (Edge *e) {
  process_end(e->ends[1], ABANDONED);
}

void topology_abandon (Process *caller) {
  for (Edge *e = caller->edges, *next; e != NULL; e = next) {
    next = e->next[sideof(e, caller)];
    if (e->kind != EXECUTION || e->ends[0] != caller) continue;
    abandon(e);
    removeedge(e);
  }
}

static void giveresult (Edge *e, const Ending *ending) {
  Message *m = ending->shared != NULL ? message_shared(ending->shared)
                                      : message_new((Pid){ NULL, 0 }, "", 0, ending->event, ending->length);
  if (m == NULL) __builtin_trap();
  mailbox_result(e->ends[0], e->result, m);
  e->ends[0]->awaited--;
}

/* }====================================================== */

/* The peers of one kind of relation are told and forgotten; the others keep their place. */
static void tell (Process *p, EdgeKind kind, const Ending *ending) {
  for (Edge *e = p->edges, *next; e != NULL; e = next) {
    int side = sideof(e, p);
    Process *peer = e->ends[1 - side];
    next = e->next[side];
    if (e->kind != kind) continue;
    if (peer == p) ;
    else if (kind == MONITOR) {
      if (side != 1) ;
      else if (ending->shared != NULL) event_share(peer, ending->shared);
      else event_send(peer, ending->event, ending->length);
    }
    else if (kind == EXECUTION) {
      if (side == 1) giveresult(e, ending);
      else abandon(e);
    }
    else if (ending->failed) {
      if (peer->traplinks) event_linkdown(peer, p->pid, ending->event + ending->result, ending->length - ending->result);
      else process_end(peer, "linked process failed");
    }
    removeedge(e);
  }
}

void topology_ended (Process *p, const Ending *ending) {
  tell(p, MONITOR, ending);
  tell(p, EXECUTION, ending);
  tell(p, LINK, ending);
}
