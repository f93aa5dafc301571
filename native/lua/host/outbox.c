#include <string.h>

#include "export.h"
#include "lane.h"
#include "outbox.h"

static Writer outbox;
static size_t begun;

Writer *outbox_begin (RecordKind kind) {
  uint32_t length = 0;
  uint8_t byte = (uint8_t)kind;
  begun = outbox.length;
  writer_bytes(&outbox, &length, sizeof length);
  writer_bytes(&outbox, &byte, 1);
  return &outbox;
}

void outbox_text (Writer *w, const char *text, size_t length) {
  uint32_t count = (uint32_t)length;
  writer_bytes(w, &count, sizeof count);
  writer_bytes(w, text, length);
}

void outbox_pid (Writer *w, Pid pid) {
  char text[PIDMAX];
  outbox_text(w, text, pid_write(text, pid));
}

void outbox_end (Writer *w) {
  uint32_t length = (uint32_t)(w->length - begun - sizeof length);
  memcpy(w->bytes + begun, &length, sizeof length);
  if (outbox_isfull()) luaN_budget = 0;  /* who fills it waits until it was taken */
}

int outbox_isfull (void) {
  return outbox.length > OUTBOXMAX;
}

EXPORT(outbox_bytes) const char *outbox_bytes (void) { return outbox.bytes; }
EXPORT(outbox_length) size_t outbox_length (void) { return outbox.length; }
EXPORT(outbox_clear) void outbox_clear (void) { outbox.length = 0; }
