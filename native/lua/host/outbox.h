/* What leaves the lane: records that JavaScript takes once a turn. */
#ifndef outbox_h
#define outbox_h

#include "pid.h"
#include "values.h"

/* A record: uint32 length of what follows, uint8 kind, fields. A text: uint32 length, bytes. Numbers are little-endian. */
typedef enum RecordKind {
  RECORD_ENDED = 1,  /* text pid, the EXIT event as a value */
  RECORD_MESSAGE,  /* text to (a PID of elsewhere), text from, text topic, a value */
  RECORD_LOG, /* text pid, uint8 level, text, text place ("file:line" or empty), a value: fields */
  RECORD_SIGNAL  /* text to, text from, bytes: remote.c */
} RecordKind;

Writer *outbox_begin (RecordKind kind);
void outbox_pid (Writer *w, Pid pid);
void outbox_text (Writer *w, const char *text, size_t length);
void outbox_end (Writer *w);

/* JavaScript looks when the turn is over; beyond this many bytes the turn ends early. */
#define OUTBOXMAX  ((size_t)512 << 10)
int outbox_isfull (void);

#endif
