/* Messages, and where a process keeps those that it has not read. */
#ifndef mailbox_h
#define mailbox_h

#include <stddef.h>
#include <stdint.h>

#include "pid.h"

typedef struct Process Process;

/* A message on its way: what it is, and the values as bytes. */
typedef struct Message {
  struct Message *next;
  Pid from;  /* place NULL: nobody of whom a message could ask */
  uint32_t size;  /* of the whole block */
  uint16_t topiclength;
  char text[];  /* topic, then one value as bytes */
} Message;

/* The messages of a process that no channel has taken yet, and its own channels. */
typedef struct Mailbox {
  struct Channel *channels;  /* one for each topic it listens to */
  struct Channel *inbox, *events;
  Message *first, *last;  /* not wanted so far, in order */
  Message *firstevent, *lastevent;  /* events before events() */
  size_t bytes;
  uint32_t count;
} Mailbox;

/* Puts a message that the caller made into a process; it belongs to the process from now on. */
void mailbox_deliver (Process *p, Message *m);

/* May it take no message of that many bytes? */
int mailbox_isfull (const Process *p, size_t more);

/* The same for an event. It is never refused. */
void mailbox_event (Process *p, Message *m);

/* A message with room for 'length' bytes behind the topic, or NULL. */
Message *message_new (Pid from, const char *topic, size_t topiclength, const char *bytes, size_t length);
void message_free (Message *m);

/* Frees what a process never read. */
void mailbox_free (Process *p);

#endif
