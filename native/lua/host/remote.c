#include "remote.h"

#include <string.h>

#include "event.h"
#include "export.h"
#include "host_calls.h"
#include "memory.h"
#include "outbox.h"

/* A signal: what follows is told with each. Both sides are built together, so numbers of this file are all its format. */
typedef enum Signal {
  MONITOR_ON = 1, MONITOR_OFF, LINK_ON, LINK_OFF,
  EXIT,  /* the EXIT event, as a value */
  DOWN,  /* the result of a failure, as a value */
  TERMINATE,
  CANCEL  /* double milliseconds, uint8 enforced, the reason */
} Signal;

typedef enum Side { WATCHES, WATCHED, LINKED } Side;

/* What a process has to do with one that is elsewhere. */
struct Remote {
  Remote *next;  /* of the process */
  Remote *after, *before;  /* of the lane */
  Process *p;
  Pid peer;
  Side side;
};

static Remote *all;

/* A lane's slot stands in the numbers of its processes: src/app_runtime/processes/number_blocks.ts. */
#define slotof(number)  ((int)((number) >> 12 & 63))

static int readpid (const char *text, size_t length, Pid *pid) {
  PidText parsed;
  const char *end = text + length, *entry, *bar;
  size_t entrylength = 0;
  if (!pid_parse(text, length, &parsed)) return 0;
  entry = parsed.host + parsed.hostlength + 1;
  for (bar = end; bar > entry && *bar != '|'; bar--) ;
  if (bar > entry) entrylength = (size_t)(bar - entry);
  *pid = (Pid){ pid_placeof(parsed.host, parsed.hostlength, entry, entrylength), parsed.number };
  return 1;
}

static Remote *find (const Process *p, Pid peer, Side side) {
  Remote *r = p->remotes;
  while (r != NULL && (r->peer.number != peer.number || r->side != side)) r = r->next;
  return r;
}

static void add (Process *p, Pid peer, Side side) {
  Remote *r = memory_take(sizeof(Remote));
  if (r == NULL) return;
  *r = (Remote){ .next = p->remotes, .after = all, .p = p, .peer = peer, .side = side };
  if (all != NULL) all->before = r;
  p->remotes = all = r;
}

static void removeremote (Remote *r) {
  Remote **at = &r->p->remotes;
  while (*at != r) at = &(*at)->next;
  *at = r->next;
  if (r->after != NULL) r->after->before = r->before;
  if (r->before != NULL) r->before->after = r->after; else all = r->after;
  memory_give(r, sizeof(Remote));
}

/* {====================================================== signals that leave */

static Writer *begin (Pid to, Pid from, Signal signal) {
  Writer *w = outbox_begin(RECORD_SIGNAL);
  uint8_t byte = (uint8_t)signal;
  outbox_pid(w, to);
  outbox_pid(w, from);
  writer_bytes(w, &byte, 1);
  return w;
}

static void tell (Pid to, Pid from, Signal signal, const char *more, size_t length) {
  Writer *w = begin(to, from, signal);
  writer_bytes(w, more, length);
  outbox_end(w);
}

int remote_join (EdgeKind kind, Process *p, const char *text, size_t length) {
  Pid peer;
  Side side = kind == LINK ? LINKED : WATCHES;
  if (!readpid(text, length, &peer) || find(p, peer, side) != NULL) return 0;
  add(p, peer, side);
  tell(peer, p->pid, kind == LINK ? LINK_ON : MONITOR_ON, NULL, 0);
  return 1;
}

void remote_part (EdgeKind kind, Process *p, const char *text, size_t length) {
  Pid peer;
  Remote *r;
  if (!readpid(text, length, &peer) || (r = find(p, peer, kind == LINK ? LINKED : WATCHES)) == NULL) return;
  removeremote(r);
  tell(peer, p->pid, kind == LINK ? LINK_OFF : MONITOR_OFF, NULL, 0);
}

void remote_terminate (const Process *p, const char *text, size_t length) {
  Pid peer;
  if (readpid(text, length, &peer)) tell(peer, p->pid, TERMINATE, NULL, 0);
}

void remote_cancel (const Process *p, const char *text, size_t length, double delay, const char *reason, size_t reasonlength, int enforced) {
  Pid peer;
  uint8_t byte = (uint8_t)enforced;
  Writer *w;
  if (!readpid(text, length, &peer)) return;
  w = begin(peer, p->pid, CANCEL);
  writer_bytes(w, &delay, sizeof delay);
  writer_bytes(w, &byte, 1);
  writer_bytes(w, reason, reasonlength);
  outbox_end(w);
}

static void tellside (Process *p, Side side, const Ending *e) {
  for (Remote *r = p->remotes; r != NULL; r = r->next) {
    if (r->side != side) continue;
    if (side == WATCHED) tell(r->peer, p->pid, EXIT, e->event, e->length);
    else if (side == WATCHES) tell(r->peer, p->pid, MONITOR_OFF, NULL, 0);
    else if (e->failed) tell(r->peer, p->pid, DOWN, e->event + e->result, e->length - e->result);
    else tell(r->peer, p->pid, LINK_OFF, NULL, 0);
  }
}

void remote_ended (Process *p, const Ending *ending) {
  if (p->remotes == NULL) return;
  tellside(p, WATCHED, ending);
  tellside(p, WATCHES, ending);
  tellside(p, LINKED, ending);
}

void remote_forget (Process *p) {
  while (p->remotes != NULL) removeremote(p->remotes);
}

/* }====================================================== */

/* {====================================================== signals that arrive */

static void linkdown (Process *p, Pid peer, const char *result, size_t length) {
  if (p->traplinks) event_linkdown(p, peer, result, length);
  else process_end(p, "linked process failed");
}

/* The end of a process of which nobody else can tell. */
static size_t writelost (Writer *w, Pid pid, const char *why) {
  Process lost = { .pid = pid };
  int failed = 1;
  return event_writeexit(w, &lost, NULL, 0, &failed, why);
}

/* The receiver is not there: whoever wants to be told of its end is told. */
static void answer (Pid to, Pid from, Signal signal) {
  Writer w = { NULL, 0, 0 };
  size_t result;
  if (signal != MONITOR_ON && signal != LINK_ON) return;
  result = writelost(&w, to, "process not found");
  if (signal == MONITOR_ON) tell(from, to, EXIT, w.bytes, w.length);
  else tell(from, to, DOWN, w.bytes + result, w.length - result);
  writer_free(&w);
}

static void cancel (Process *p, Pid from, const char *more, size_t length) {
  double delay;
  if (length < sizeof delay + 1) return;
  memcpy(&delay, more, sizeof delay);
  event_cancel(p, from, (host_wall() + delay) / 1000, more + sizeof delay + 1, length - sizeof delay - 1);
  if (more[sizeof delay]) process_endafter(p, delay, "cancel deadline exceeded");
}

static void take (Process *p, Pid from, Signal signal, const char *more, size_t length) {
  Side side = signal == MONITOR_ON || signal == MONITOR_OFF ? WATCHED : signal == EXIT ? WATCHES : LINKED;
  Remote *r = find(p, from, side);
  switch (signal) {
    case MONITOR_ON: case LINK_ON:
      if (r == NULL) add(p, from, side);
      break;
    case TERMINATE: process_end(p, "process terminated"); break;
    case CANCEL: cancel(p, from, more, length); break;
    case MONITOR_OFF: case LINK_OFF: case EXIT: case DOWN:
      if (r == NULL) break;  /* it looked away in the meantime */
      removeremote(r);
      if (signal == EXIT) event_send(p, more, length);
      else if (signal == DOWN) linkdown(p, from, more, length);
      break;
  }
}

EXPORT(remote_signal) void remote_signal (const char *to, size_t tolength, const char *from, size_t fromlength,
                                          const char *signal, size_t length) {
  Process *p = process_named(to, tolength);
  Pid sender, meant;
  if (length == 0 || !readpid(from, fromlength, &sender)) return;
  if (p != NULL) take(p, sender, (Signal)signal[0], signal + 1, length - 1);
  else if (readpid(to, tolength, &meant)) answer(meant, sender, (Signal)signal[0]);
}

/* A message from a process of another lane. 0 done, 1 no such process, 2 its mailbox is full. */
EXPORT(remote_send) int remote_send (const char *to, size_t tolength, const char *from, size_t fromlength,
                                     const char *topic, size_t topiclength, const char *value, size_t length) {
  Process *p = process_named(to, tolength);
  Pid sender = { NULL, 0 };
  Message *m;
  if (p == NULL) return 1;
  readpid(from, fromlength, &sender);
  if (p->whenfull == FULL_DROPOLDEST) mailbox_makeroom(p, topic, topiclength, length);
  if (mailbox_refuses(p, topic, topiclength, length)) return 2;
  m = message_new(sender, topic, topiclength, value, length);
  if (m == NULL) return 2;
  mailbox_deliver(p, m);
  return 0;
}

/* The lane of a slot is gone, and everything that ran on it. */
EXPORT(remote_lost) void remote_lost (int slot) {
  for (Remote *r = all, *next; r != NULL; r = next) {
    Process *p = r->p;
    Pid peer = r->peer;
    Side side = r->side;
    Writer w = { NULL, 0, 0 };
    size_t result;
    next = r->after;
    if (slotof(peer.number) != slot) continue;
    removeremote(r);
    if (side == WATCHED) continue;
    result = writelost(&w, peer, "the lane of the process was lost");
    if (side == WATCHES) event_send(p, w.bytes, w.length);
    else linkdown(p, peer, w.bytes + result, w.length - result);
    writer_free(&w);
  }
}

/* }====================================================== */
