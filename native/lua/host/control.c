/* What JavaScript does to processes of the lane. */
#include <string.h>

#include "event.h"
#include "export.h"
#include "host_calls.h"
#include "process.h"

/* 0 done, 1 no such process, 2 its mailbox is full. The value is one, as bytes. */
EXPORT(process_send) int process_send_outside (const char *pid, size_t pidlength, const char *topic, size_t topiclength,
                                               const char *value, size_t length) {
  Process *p = process_named(pid, pidlength);
  Message *m;
  if (p == NULL) return 1;
  if (p->whenfull == FULL_DROPOLDEST) mailbox_makeroom(p, topic, topiclength, length);
  if (mailbox_refuses(p, topic, topiclength, length)) return 2;
  m = message_new((Pid){ NULL, 0 }, topic, topiclength, value, length);
  if (m == NULL) return 2;
  mailbox_deliver(p, m);
  return 0;
}

/* 0 done, 1 no such process. */
EXPORT(process_terminate) int process_terminate_outside (const char *pid, size_t length) {
  Process *p = process_named(pid, length);
  if (p == NULL) return 1;
  process_end(p, "process terminated");
  return 0;
}

/* Sends CANCEL, and ends the process at the deadline if that is to be enforced. Milliseconds. 0 done, 1 no such process. */
EXPORT(process_cancel) int process_cancel_outside (const char *pid, size_t length, double delay, const char *reason, size_t reasonlength,
                                                   int enforced) {
  Process *p = process_named(pid, length);
  if (p == NULL) return 1;
  event_cancel(p, p->pid, (host_wall() + delay) / 1000, reason, reasonlength);
  if (enforced) process_endafter(p, delay, "cancel deadline exceeded");
  return 0;
}

/* Processes that live on the lane. */
EXPORT(process_count) size_t process_count_outside (void) {
  return process_count();
}
